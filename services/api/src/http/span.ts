// Reads the times and spans of time that requests name.
import { Fault } from '@mooring/runtime';
import { parseTime } from '../domain/time.js';

/** Epoch milliseconds of an RFC 3339 time. Fault `invalid` naming `field` for anything else. */
export function fromTime(text: string, field: string): number {
  const epochMs = parseTime(text);
  if (epochMs === undefined) {
    const message = 'must be an RFC 3339 time such as 2026-01-31T12:00:00.000Z';
    throw new Fault('invalid', `${field} ${message}`, { details: [{ field, message }] });
  }
  return epochMs;
}

/** A span of time, in epoch milliseconds; `toMs` is not part of it. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The span that `from` and `to` name; it ends at `nowMs` and lasts `spanMs` where they are absent. Fault `invalid`. */
export function rangeOf(
  query: { readonly from?: string; readonly to?: string },
  nowMs: number,
  spanMs: number,
): Range {
  const toMs = query.to === undefined ? nowMs : fromTime(query.to, 'to');
  const fromMs = query.from === undefined ? Math.max(0, toMs - spanMs) : fromTime(query.from, 'from');
  if (fromMs >= toMs) {
    const message = 'must be before the end of the span';
    throw new Fault('invalid', `from ${message}`, { details: [{ field: 'from', message }] });
  }
  return { fromMs, toMs };
}
