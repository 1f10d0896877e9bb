// Sums up readings per device, metric and bucket, at every level, before any of it reaches the database.
import { type Level, stepSeconds } from './level.js';
import type { DayStart } from './zone.js';

/** What is known of one metric of one device in one bucket. */
export interface Rollup {
  /** Start of the bucket, epoch milliseconds. */
  readonly bucketMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** The newest value, when it was measured, and its interval. */
  last: number;
  lastAtMs: number;
  lastIntervalS: number;
  /** Values times their intervals in seconds: watt seconds, for a power. */
  integral: number;
  /** Sum of the intervals; what the integral is divided by for the mean over time. */
  seconds: number;
}

/** One metric of one device: its buckets of one minute, the one written last at hand. */
export class Series {
  readonly metricId: number;
  readonly #minutes = new Map<number, Rollup>();
  #current: Rollup | undefined;

  constructor(metricId: number) {
    this.metricId = metricId;
  }

  add(timeMs: number, value: number, intervalS: number): void {
    const bucketMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
    let rollup = this.#current;
    if (rollup?.bucketMs !== bucketMs) {
      rollup = this.#minutes.get(bucketMs);
      if (rollup === undefined) {
        rollup = empty(bucketMs);
        this.#minutes.set(bucketMs, rollup);
      }
      this.#current = rollup;
    }
    rollup.count++;
    rollup.sum += value;
    if (value < rollup.min) rollup.min = value;
    if (value > rollup.max) rollup.max = value;
    if (timeMs >= rollup.lastAtMs) {
      rollup.last = value;
      rollup.lastAtMs = timeMs;
      rollup.lastIntervalS = intervalS;
    }
    rollup.integral += value * intervalS;
    rollup.seconds += intervalS;
  }

  /** The buckets of a level, oldest first. */
  at(level: Level, dayStart: DayStart): Rollup[] {
    const minutes = [...this.#minutes.values()].sort((a, b) => a.bucketMs - b.bucketMs);
    return level === 'minute' ? minutes : merged(minutes, level === 'day' ? dayStart : startOf(level));
  }
}

const MINUTE_MS = stepSeconds.minute * 1000;

/** Where the buckets of a level begin, other than days, which begin where a zone's do. */
export function startOf(level: Exclude<Level, 'day'>): DayStart {
  const stepMs = stepSeconds[level] * 1000;
  return (timeMs) => Math.floor(timeMs / stepMs) * stepMs;
}

/** Buckets in the order of time become coarser ones. */
function merged(finer: readonly Rollup[], startOfBucket: DayStart): Rollup[] {
  const coarser: Rollup[] = [];
  let into: Rollup | undefined;
  for (const rollup of finer) {
    const bucketMs = startOfBucket(rollup.bucketMs);
    if (into?.bucketMs !== bucketMs) {
      into = empty(bucketMs);
      coarser.push(into);
    }
    into.count += rollup.count;
    into.sum += rollup.sum;
    into.min = Math.min(into.min, rollup.min);
    into.max = Math.max(into.max, rollup.max);
    into.last = rollup.last;
    into.lastAtMs = rollup.lastAtMs;
    into.lastIntervalS = rollup.lastIntervalS;
    into.integral += rollup.integral;
    into.seconds += rollup.seconds;
  }
  return coarser;
}

/** A bucket in which nothing is known yet. */
export function empty(bucketMs: number): Rollup {
  return {
    bucketMs,
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    last: 0,
    lastAtMs: Number.NEGATIVE_INFINITY,
    lastIntervalS: 0,
    integral: 0,
    seconds: 0,
  };
}
