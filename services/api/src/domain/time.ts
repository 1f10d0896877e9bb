// Decides how times are written and read: RFC 3339 in UTC with milliseconds out, any offset in.
import { Fault } from '@mooring/runtime';

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds as RFC 3339 with milliseconds and `Z`; fractions of a millisecond are cut off. */
export function toTime(epochMs: number): string {
  return new Date(Math.trunc(epochMs)).toISOString();
}

/** The same, or null for a time that is not known. */
export function toTimeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : toTime(epochMs);
}

/** Epoch milliseconds of an RFC 3339 time. Fault `invalid` naming `field` for anything else. */
export function fromTime(text: string, field: string): number {
  const epochMs = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(epochMs)) {
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
