// Decides what energy costs.

/** What an organization pays for energy. */
export interface Tariff {
  /** ISO 4217, three capital letters. */
  readonly currency: string;
  readonly price_per_kwh: number;
}

/** The cost of so many watt-hours in the tariff's currency, to a millionth; null without a tariff. */
export function costOf(energyWh: number, tariff: Tariff | null): number | null {
  if (tariff === null) return null;
  return Math.round((energyWh / 1000) * tariff.price_per_kwh * 1e6) / 1e6;
}
