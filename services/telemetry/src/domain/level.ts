// The levels at which readings are kept, from raw to day, and what each is called.

/** A rollup level. Buckets of the day level begin when the organization's day does, all others at multiples of the step. */
export type Level = 'minute' | 'quarter' | 'hour' | 'day';

/** Seconds of a bucket; a day may have an hour more or less. */
export const stepSeconds = { minute: 60, quarter: 900, hour: 3600, day: 86_400 } as const;

/** Finest first. */
export const levels: readonly Level[] = ['minute', 'quarter', 'hour', 'day'];

/** How many days each level is kept; 0 for ever. */
export interface Retention {
  readonly raw: number;
  readonly minute: number;
  readonly quarter: number;
  readonly hour: number;
  readonly day: number;
  readonly log: number;
  /** The identities of batches and reports. */
  readonly seen: number;
  /** Alarms that were cleared, and deliveries that are delivered or dead. */
  readonly alarm: number;
}

const DAY_MS = 86_400_000;

/**
 * From when on a level is complete, in epoch milliseconds: a day's start, because whole days are dropped. Negative
 * infinity when it is kept for ever.
 */
export function keptSince(days: number, nowMs: number): number {
  if (days === 0) return Number.NEGATIVE_INFINITY;
  return (Math.floor(nowMs / DAY_MS) - days) * DAY_MS;
}
