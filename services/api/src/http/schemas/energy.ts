// Energy and cost as JSON, and what questions about them say.
import type { telemetry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { costByBand, costOf, sumOf } from '../../domain/cost.js';
import type { Tariff } from '../../domain/tariff.js';
import { toTime } from '../../domain/time.js';
import { type Range, rangeOf } from '../span.js';
import { Nullable, Time } from './shapes.js';

const DAY_MS = 86_400_000;
/** How long the span is when only its granularity is said: a chart's worth of each. */
const spans = { hour: DAY_MS, day: 31 * DAY_MS, month: 366 * DAY_MS };

/** What a question about energy says. */
export const energyQuery = {
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  by: Type.Optional(Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('month')])),
};

const Cost = Nullable(Type.Number({ description: 'In the currency of the tariff; null without one' }));

const energyShape = {
  items: Type.Array(Type.Object({ start: Time, end: Time, energy_wh: Type.Number(), cost: Cost })),
  total_wh: Type.Number(),
  cost: Cost,
  currency: Nullable(Type.String()),
  by_band: Type.Optional(
    Type.Array(
      Type.Object({
        name: Nullable(Type.String()),
        price_per_kwh: Type.Number(),
        energy_wh: Type.Number(),
        cost: Type.Number(),
      }),
      { description: 'Of a tariff with bands: what is outside of all, then each band' },
    ),
  ),
};

/** The energy of one device. */
export const Energy = Type.Object(energyShape);

/** The energy of an organization. */
export const EnergyOfDevices = Type.Object({
  ...energyShape,
  devices: Type.Array(
    Type.Object({ device_id: Type.String(), name: Type.String(), energy_wh: Type.Number(), cost: Cost }),
    { description: 'Those that have readings in the span' },
  ),
});

/** By what, and over which span, energy is summed up. */
export function energySpan(
  query: { readonly from?: string; readonly to?: string; readonly by?: keyof typeof spans },
  nowMs: number,
): Range & { readonly by: keyof typeof spans } {
  const { by = 'day' } = query;
  return { ...rangeOf(query, nowMs, spans[by]), by };
}

export function toEnergy(
  energy: telemetry.QueryEnergyResponse,
  tariff: Tariff | null,
): Static<typeof Energy> {
  const byBand = costByBand(energy.items, tariff);
  return {
    items: energy.items.map((item) => ({
      start: toTime(item.startMs),
      end: toTime(item.endMs),
      energy_wh: item.energyWh,
      cost: costOf(item, tariff),
    })),
    total_wh: energy.totalWh,
    cost: costOf(sumOf(energy.items), tariff),
    currency: tariff?.currency ?? null,
    ...(byBand === null ? {} : { by_band: byBand }),
  };
}
