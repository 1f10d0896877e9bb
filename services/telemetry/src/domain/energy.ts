// Decides which buckets of energy a question gets, and from which level each stretch of time is taken.
import { Fault } from '@mooring/runtime';
import { keptSince, type Retention } from './level.js';
import type { Range } from './query.js';
import { isZone, wholeHours } from './zone.js';

/** What energy is summed up by, in the zone of the question. */
export type EnergyBy = 'hour' | 'day' | 'month';

/** The tariff band of each quarter hour of a local week, from Monday 00:00 on; none at all when all are in band 0. */
export type Week = readonly number[];

/** What a question sums up by. */
export interface EnergyUnit {
  readonly by: EnergyBy;
  /** IANA. */
  readonly zone: string;
  readonly week: Week;
}

/** From when on quarters, and from when on hours are used, epoch milliseconds; either may be infinite. */
export interface EnergyLevels {
  readonly quartersMs: number;
  readonly hoursMs: number;
}

const KINDS: readonly string[] = ['hour', 'day', 'month'] satisfies readonly EnergyBy[];
const WEEK_QUARTERS = 7 * 96;
const MAX_BAND = 63;
/** How far units reach beyond a range that begins or ends inside them, at most. */
const MONTH_MS = 32 * 86_400_000;

function isKind(by: string): by is EnergyBy {
  return KINDS.includes(by);
}

/** The unit, zone and week of a request; UTC when it names no zone. Fault `invalid`. */
export function energyUnit(by: string, zone: string, week: Uint8Array): EnergyUnit {
  if (!isKind(by)) throw new Fault('invalid', 'by is none of hour, day and month');
  const chosen = zone === '' ? 'UTC' : zone;
  if (!isZone(chosen)) throw new Fault('invalid', `unknown time zone ${JSON.stringify(chosen.slice(0, 80))}`);
  if (week.length !== 0 && week.length !== WEEK_QUARTERS) {
    throw new Fault('invalid', `a week has ${WEEK_QUARTERS} quarter hours`);
  }
  if (week.some((band) => band > MAX_BAND)) throw new Fault('invalid', `bands are 0 to ${MAX_BAND}`);
  return { by, zone: chosen, week: [...week] };
}

/**
 * Since when quarters are used, and since when hours. Every zone begins its hours, days and months at multiples of a
 * quarter; where the zone's hours are whole ones and bands change on them, hours say the same in a quarter of the rows.
 * Older than quarters are kept, an hour counts for where it begins, and older than hours, a day as the organization had
 * it, in the band in which it began.
 */
export function energyLevels(
  { zone, week }: EnergyUnit,
  { fromMs, toMs }: Range,
  retention: Retention,
  nowMs: number,
): EnergyLevels {
  const quartersKeptMs = keptSince(retention.quarter, nowMs);
  const hoursMs = keptSince(retention.hour, nowMs);
  const inQuarters: Range = { fromMs: Math.max(fromMs - MONTH_MS, quartersKeptMs), toMs: toMs + MONTH_MS };
  const hoursDo =
    hoursMs <= quartersKeptMs &&
    week.every((band, quarter) => band === week[quarter - (quarter % 4)]) &&
    wholeHours(zone, inQuarters);
  const quartersMs = hoursDo ? Number.POSITIVE_INFINITY : quartersKeptMs;
  return { quartersMs, hoursMs: Math.min(hoursMs, quartersMs) };
}
