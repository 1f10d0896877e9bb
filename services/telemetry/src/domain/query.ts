// Decides what a question about readings means: its range, at which level it is answered, how a bucket becomes a value.
import { Fault } from '@mooring/runtime';
import { keptSince, type Level, levels, type Retention, stepSeconds } from './level.js';
import { ENERGY, wattHours } from './metric.js';
import type { Rollup } from './rollup.js';

const DAY_MS = 86_400_000;
/** An answer that chooses its own step has at most so many points. */
export const MAX_CHOSEN_POINTS = 1_000;

/** From the first moment up to, not including, the second; epoch milliseconds. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The range of a request: the last 24 hours where it says nothing. Fault `invalid`. */
export function rangeOf(request: Range, nowMs: number): Range {
  const toMs = request.toMs === 0 ? nowMs : request.toMs;
  const fromMs = request.fromMs === 0 ? toMs - DAY_MS : request.fromMs;
  // The bounds of what a Date can say.
  if (![fromMs, toMs].every((at) => Math.abs(at) <= 8.64e15)) {
    throw new Fault('invalid', 'the range is out of bounds');
  }
  if (fromMs > toMs) throw new Fault('invalid', 'the range ends before it begins');
  return { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
}

/** Raw readings or a level of rollups. */
export type Step = 'raw' | Level;

/** The step of so many seconds. Fault `invalid` for one that is not kept. */
export function stepOf(seconds: number): Step {
  if (seconds === 0) return 'raw';
  const level = levels.find((each) => stepSeconds[each] === seconds);
  if (level === undefined) {
    throw new Fault('invalid', 'step is none of 0, 60, 900, 3600 and 86400', {
      details: [{ field: 'step_s', message: 'must be 0, 60, 900, 3600 or 86400' }],
    });
  }
  return level;
}

/** Whether raw readings of the range are all kept. */
export function rawKept(range: Range, retention: Retention, nowMs: number): boolean {
  return range.fromMs >= keptSince(retention.raw, nowMs);
}

/** The finest level that has the whole range in at most `MAX_CHOSEN_POINTS` points; days when none has. */
export function finestLevel({ fromMs, toMs }: Range, retention: Retention, nowMs: number): Level {
  const fits = levels.find(
    (level) =>
      (toMs - fromMs) / (stepSeconds[level] * 1000) <= MAX_CHOSEN_POINTS &&
      fromMs >= keptSince(retention[level], nowMs),
  );
  return fits ?? 'day';
}

/** How the readings of a bucket become one value. */
export type Aggregate = (rollup: Rollup) => number;

// An interval makes a reading the mean over it, so the mean of several weighs each by its interval.
const mean: Aggregate = ({ seconds, integral, sum, count }) =>
  seconds > 0 ? integral / seconds : sum / count;
const aggregates: Readonly<Record<string, Aggregate>> = {
  mean,
  min: ({ min }) => min,
  max: ({ max }) => max,
  sum: ({ sum }) => sum,
  count: ({ count }) => count,
  last: ({ last }) => last,
};

// Of single readings' energies a bucket knows the sum, and what the newest reading was.
const energyAggregates: Readonly<Record<string, Aggregate>> = {
  sum: ({ integral }) => wattHours(integral),
  mean: ({ integral, count }) => wattHours(integral) / count,
  count: ({ count }) => count,
  last: ({ last, lastIntervalS }) => wattHours(last * lastIntervalS),
};

/** The aggregate of that name for a metric; mean, for energy sum, when the name is empty. Fault `invalid`. */
export function aggregateOf(name: string, metric: string): Aggregate {
  const known = metric === ENERGY ? energyAggregates : aggregates;
  const chosen = name === '' ? (metric === ENERGY ? 'sum' : 'mean') : name;
  const found = Object.hasOwn(known, chosen) ? known[chosen] : undefined;
  if (found === undefined) {
    const names = Object.keys(known).join(', ');
    throw new Fault('invalid', `${metric} has no such aggregate`, {
      details: [{ field: 'agg', message: `must be one of ${names}` }],
    });
  }
  return found;
}
