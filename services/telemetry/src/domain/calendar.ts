// Decides where the hours, days and months of a zone begin, whatever its clocks do.
import { Fault } from '@mooring/runtime';
import { Temporal } from 'temporal-polyfill';
import type { EnergyBy } from './energy.js';
import type { Range } from './query.js';

const HOUR_MS = 3_600_000;
/** Eighty years of days; more than an answer should hold. */
const MAX_UNITS = 30_000;

/**
 * Starts of the units that a range touches, oldest first, and at last the end of the last one; epoch milliseconds. A day
 * begins with its first moment, also where midnight is skipped or comes twice; hours are counted from there and are hours
 * of time, the last one of a day ends with it. Fault `invalid` for more than 30 000 units.
 */
export function unitBounds(by: EnergyBy, zone: string, { fromMs, toMs }: Range): readonly number[] {
  const step: Temporal.DurationLike = by === 'month' ? { months: 1 } : { days: 1 };
  const date = dateAt(zone, fromMs);
  let next = by === 'month' ? date.with({ day: 1 }) : date;
  const bounds: number[] = [startOf(next, zone)];
  for (let last = bounds[0] ?? 0; last < toMs; last = startOf(next, zone)) {
    next = next.add(step);
    const end = startOf(next, zone);
    if (by === 'hour') pushHours(bounds, last, end);
    else bounds.push(end);
    if (bounds.length > MAX_UNITS) throw new Fault('invalid', `the span has more than ${MAX_UNITS} ${by}s`);
  }
  return by === 'hour' ? trimmed(bounds, fromMs, toMs) : bounds;
}

function pushHours(bounds: number[], startMs: number, endMs: number): void {
  for (let atMs = startMs + HOUR_MS; atMs < endMs; atMs += HOUR_MS) bounds.push(atMs);
  bounds.push(endMs);
}

/** Without the hours of the first and last day that the range does not touch. */
function trimmed(bounds: readonly number[], fromMs: number, toMs: number): readonly number[] {
  const first = bounds.findLastIndex((atMs) => atMs <= fromMs);
  const end = bounds.findIndex((atMs) => atMs >= toMs);
  return bounds.slice(Math.max(0, first), end < 0 ? undefined : end + 1);
}

function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}

function dateAt(zone: string, timeMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs)).toZonedDateTimeISO(zone).toPlainDate();
}
