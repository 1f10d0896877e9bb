// Decides which buckets of energy a question gets, and from which level each stretch of time is taken.
import { Fault } from '@mooring/runtime';
import { keptSince, type Retention } from './level.js';
import { isZone } from './zone.js';

/** What energy is summed up by, in the zone of the question. */
export type EnergyBy = 'hour' | 'day' | 'month';

const KINDS: readonly string[] = ['hour', 'day', 'month'] satisfies readonly EnergyBy[];

function isKind(by: string): by is EnergyBy {
  return KINDS.includes(by);
}

/** The unit and zone of a request; UTC when it names none. Fault `invalid`. */
export function energyBy(by: string, zone: string): { readonly by: EnergyBy; readonly zone: string } {
  if (!isKind(by)) throw new Fault('invalid', 'by is none of hour, day and month');
  const chosen = zone === '' ? 'UTC' : zone;
  if (!isZone(chosen)) throw new Fault('invalid', `unknown time zone ${JSON.stringify(chosen.slice(0, 80))}`);
  return { by, zone: chosen };
}

/**
 * Since when quarters are used, and since when hours, in epoch milliseconds. Every zone begins its hours, days and months
 * at multiples of a quarter; older than quarters are kept, an hour counts for where it begins, and older than hours, a
 * day as the organization had it.
 */
export function energyLevels(
  retention: Retention,
  nowMs: number,
): { readonly quartersMs: number; readonly hoursMs: number } {
  const quartersMs = keptSince(retention.quarter, nowMs);
  return { quartersMs, hoursMs: Math.min(keptSince(retention.hour, nowMs), quartersMs) };
}
