// How a question about readings is understood.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { keptSince, type Retention } from './level.js';
import { unitOf } from './metric.js';
import { aggregateOf, finestLevel, rangeOf, rawKept, stepOf } from './query.js';
import type { Rollup } from './rollup.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const now = Date.UTC(2025, 5, 15, 12);
const retention: Retention = {
  raw: 30,
  minute: 90,
  quarter: 365,
  hour: 1825,
  day: 0,
  log: 90,
  seen: 31,
  alarm: 366,
};
const rollup: Rollup = {
  bucketMs: 0,
  count: 2,
  sum: 40,
  min: 10,
  max: 30,
  last: 30,
  lastAtMs: 1,
  lastIntervalS: 60,
  integral: 10 * 30 + 30 * 60,
  seconds: 90,
};

function refused(ask: () => unknown): boolean {
  try {
    ask();
  } catch (error) {
    return isFault(error, 'invalid');
  }
  return false;
}

describe('a range', () => {
  it('is the last day when nothing is said', () => {
    expect(rangeOf({ fromMs: 0, toMs: 0 }, now)).toEqual({ fromMs: now - DAY_MS, toMs: now });
  });

  it.each([
    [2, 1],
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ])('from %d to %d is refused', (fromMs, toMs) => {
    expect(refused(() => rangeOf({ fromMs, toMs }, now))).toBe(true);
  });
});

describe('the step', () => {
  it.each([
    [0, 'raw'],
    [60, 'minute'],
    [900, 'quarter'],
    [3600, 'hour'],
    [86_400, 'day'],
  ])('of %i seconds is %s', (seconds, step) => {
    expect(stepOf(seconds)).toBe(step);
  });

  it('is refused when nothing is kept at it', () => {
    expect(refused(() => stepOf(300))).toBe(true);
  });

  it.each([
    [HOUR_MS, 0, 'minute'],
    [1000 * 60_000, 0, 'minute'],
    [1000 * 60_000 + 1, 0, 'quarter'],
    [30 * DAY_MS, 0, 'hour'],
    [100 * DAY_MS, 0, 'day'],
    [HOUR_MS, 100 * DAY_MS, 'quarter'],
    [HOUR_MS, 400 * DAY_MS, 'hour'],
    [HOUR_MS, 2000 * DAY_MS, 'day'],
    [9000 * DAY_MS, 0, 'day'],
  ])('of a range of %i ms that ended %i ms ago is a %s', (length, agoMs, level) => {
    const toMs = now - agoMs;
    expect(finestLevel({ fromMs: toMs - length, toMs }, retention, now)).toBe(level);
  });

  it('is raw only where no day of the range is dropped', () => {
    const kept = keptSince(30, now);
    expect(rawKept({ fromMs: kept, toMs: now }, retention, now)).toBe(true);
    expect(rawKept({ fromMs: kept - 1, toMs: now }, retention, now)).toBe(false);
  });
});

describe('an aggregate', () => {
  it.each([
    ['', 'power_w', 2100 / 90],
    ['mean', 'power_w', 2100 / 90],
    ['min', 'power_w', 10],
    ['max', 'power_w', 30],
    ['sum', 'power_w', 40],
    ['count', 'power_w', 2],
    ['last', 'power_w', 30],
    ['', 'energy_wh', 2100 / 3600],
    ['mean', 'energy_wh', 2100 / 7200],
    ['last', 'energy_wh', 0.5],
  ])('%s of %s', (agg, metric, expected) => {
    expect(aggregateOf(agg, metric)(rollup)).toBeCloseTo(expected, 12);
  });

  it('weighs momentary values alike', () => {
    expect(aggregateOf('mean', 'rssi_dbm')({ ...rollup, seconds: 0, integral: 0 })).toBe(20);
  });

  it.each([
    ['median', 'power_w'],
    ['toString', 'power_w'],
    ['min', 'energy_wh'],
  ])('%s of %s is refused', (agg, metric) => {
    expect(refused(() => aggregateOf(agg, metric))).toBe(true);
  });
});

it.each([
  ['power_w', 'W'],
  ['energy_wh', 'Wh'],
  ['rssi_dbm', 'dBm'],
  ['uptime_s', 's'],
  ['health_cpu_percent', '%'],
  ['presence_foo', ''],
])('%s is measured in %s', (metric, unit) => {
  expect(unitOf(metric)).toBe(unit);
});
