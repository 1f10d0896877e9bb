// What the name of a metric says: whether it may be stored, its unit, and which metric is computed from which.

/** The names that are stored: lower case, at most 64 characters. */
const NAME = /^[a-z0-9_]{1,64}$/;

/** Power in watts, the mean over a reading's interval. */
export const POWER = 'power_w';
/** Energy in watt hours. Never stored: what a counter shows where there is one, elsewhere power times interval. */
export const ENERGY = 'energy_wh';
/** A counter of energy in watt hours, as it stands at a moment. */
export const COUNTER = 'energy_total_wh';
/** What counters show to have been used, in rollups only. No device can report, and nobody ask for, such a name. */
export const METERED = 'energy_wh.metered';

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_w', 'W'],
  ['_wh', 'Wh'],
  ['_dbm', 'dBm'],
  ['_s', 's'],
  ['_percent', '%'],
];

export function isMetricName(name: string): boolean {
  return NAME.test(name);
}

/** The unit that the name ends in; empty when it names none. */
export function unitOf(metric: string): string {
  return UNITS.find(([suffix]) => metric.endsWith(suffix))?.[1] ?? '';
}

/** Watt hours of a mean power over seconds. */
export function wattHours(wattSeconds: number): number {
  return wattSeconds / 3600;
}
