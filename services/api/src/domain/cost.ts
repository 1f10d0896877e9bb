// Decides what energy costs.
import type { Tariff } from './tariff.js';

/** Energy, and how much of it each band of the tariff had, 0 being outside of all (`weekOf`). */
export interface BandedEnergy {
  readonly energyWh: number;
  readonly bandWh: readonly number[];
}

/** What the energy of one band comes to; `name` is null outside of all bands, and for one without a name. */
export interface BandCost {
  readonly name: string | null;
  readonly price_per_kwh: number;
  readonly energy_wh: number;
  readonly cost: number;
}

/** The cost in the tariff's currency, to a millionth; null without a tariff. */
export function costOf({ energyWh, bandWh }: BandedEnergy, tariff: Tariff | null): number | null {
  if (tariff === null) return null;
  if (!hasBands(tariff)) return rounded(energyWh * tariff.price_per_kwh);
  return rounded(pricesOf(tariff).reduce((sum, price, band) => sum + (bandWh[band] ?? 0) * price, 0));
}

/** The same energy band by band, outside of all first; null for a tariff without bands. */
export function costByBand(energies: readonly BandedEnergy[], tariff: Tariff | null): BandCost[] | null {
  if (tariff === null || !hasBands(tariff)) return null;
  return pricesOf(tariff).map((price, band) => {
    const wh = energies.reduce((sum, { bandWh }) => sum + (bandWh[band] ?? 0), 0);
    const name = tariff.bands?.[band - 1]?.name ?? null;
    return { name, price_per_kwh: price, energy_wh: wh, cost: rounded(wh * price) };
  });
}

/** The sum of energies. */
export function sumOf(energies: readonly BandedEnergy[]): BandedEnergy {
  const bandWh: number[] = [];
  let energyWh = 0;
  for (const each of energies) {
    energyWh += each.energyWh;
    for (const [band, wh] of each.bandWh.entries()) bandWh[band] = (bandWh[band] ?? 0) + wh;
  }
  return { energyWh, bandWh };
}

function hasBands({ bands = [] }: Tariff): boolean {
  return bands.length > 0;
}

function pricesOf({ price_per_kwh: price, bands = [] }: Tariff): readonly number[] {
  return [price, ...bands.map((band) => band.price_per_kwh)];
}

function rounded(wattHoursTimesPrice: number): number {
  return Math.round((wattHoursTimesPrice / 1000) * 1e6) / 1e6;
}
