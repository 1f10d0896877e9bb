// Spreads what a counter showed over the buckets of each level, in proportion to time.
import { type Level, stepSeconds } from './level.js';
import type { Increment } from './meter.js';
import { empty, type Rollup, startOf } from './rollup.js';
import type { DayStart } from './zone.js';

const HOUR_MS = 3_600_000;
/** A longer increment says nothing about minutes; they would be many rows of the same. */
const LONGEST_IN_MINUTES_MS = HOUR_MS;

/**
 * What the counter of one device showed. Values are watt seconds, as those of power are once they are multiplied by
 * their interval, so that both are read alike.
 */
export class MeteredSeries {
  readonly metricId: number;
  readonly #increments: Increment[] = [];

  constructor(metricId: number) {
    this.metricId = metricId;
  }

  add(increment: Increment): void {
    this.#increments.push(increment);
  }

  /** The buckets of a level, oldest first. */
  at(level: Level, dayStart: DayStart): Rollup[] {
    const start = level === 'day' ? dayStart : startOf(level);
    const buckets = new Map<number, Rollup>();
    for (const increment of this.#increments) {
      if (level === 'minute' && increment.toMs - increment.fromMs > LONGEST_IN_MINUTES_MS) continue;
      spread(increment, start, (bucketMs) => endOf(bucketMs, level, start), buckets);
    }
    return [...buckets.values()].sort((a, b) => a.bucketMs - b.bucketMs);
  }
}

// The bucket in which an increment ends has a part of it, if only one of nothing: the power that was measured up to that
// moment is in that bucket, and must not count again.
function spread(
  { fromMs, toMs, wh }: Increment,
  start: DayStart,
  end: (bucketMs: number) => number,
  buckets: Map<number, Rollup>,
): void {
  const wattSeconds = wh * 3600;
  for (let atMs = fromMs; ; ) {
    const bucketMs = start(atMs);
    const endMs = end(bucketMs);
    const untilMs = Math.min(endMs, toMs);
    const share = toMs === fromMs ? 1 : (untilMs - atMs) / (toMs - fromMs);
    let rollup = buckets.get(bucketMs);
    if (rollup === undefined) {
      rollup = empty(bucketMs);
      buckets.set(bucketMs, rollup);
    }
    count(rollup, wattSeconds * share, (untilMs - atMs) / 1000, untilMs);
    if (endMs > toMs) return;
    atMs = endMs;
  }
}

function count(rollup: Rollup, wattSeconds: number, seconds: number, atMs: number): void {
  rollup.count++;
  rollup.sum += wattSeconds;
  rollup.min = Math.min(rollup.min, wattSeconds);
  rollup.max = Math.max(rollup.max, wattSeconds);
  rollup.last = wattSeconds;
  rollup.lastAtMs = atMs;
  rollup.lastIntervalS = 1;
  rollup.integral += wattSeconds;
  rollup.seconds += seconds;
}

function endOf(bucketMs: number, level: Level, start: DayStart): number {
  if (level !== 'day') return bucketMs + stepSeconds[level] * 1000;
  // Days have 23 to 25 hours, and one that was repeated at the date line 48.
  let nextMs = start(bucketMs + 26 * HOUR_MS);
  if (nextMs <= bucketMs) nextMs = start(bucketMs + 50 * HOUR_MS);
  return nextMs;
}
