// How an increment is spread over buckets of minutes, quarter hours, hours and days.
import { describe, expect, it } from 'vitest';
import { levels } from './level.js';
import type { Increment } from './meter.js';
import { MeteredSeries } from './metered-series.js';
import { dayStartIn } from './zone.js';

const HOUR_MS = 3_600_000;
const sofia = dayStartIn('Europe/Sofia');

function buckets(level: (typeof levels)[number], ...increments: Increment[]) {
  const series = new MeteredSeries(1);
  for (const increment of increments) series.add(increment);
  return series.at(level, sofia).map(({ bucketMs, integral, seconds }) => ({
    at: new Date(bucketMs).toISOString().slice(5, 16),
    wh: Math.round((integral / 3600) * 1e6) / 1e6,
    seconds,
  }));
}

const between = (from: string, to: string, wh: number): Increment => ({
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
  wh,
});

describe('an increment', () => {
  it('is spread in proportion to time', () => {
    expect(buckets('quarter', between('2025-01-01T10:10:00Z', '2025-01-01T10:40:00Z', 60))).toEqual([
      { at: '01-01T10:00', wh: 10, seconds: 300 },
      { at: '01-01T10:15', wh: 30, seconds: 900 },
      { at: '01-01T10:30', wh: 20, seconds: 600 },
    ]);
  });

  it('that ends where a bucket begins is known there too, with nothing', () => {
    expect(buckets('hour', between('2025-01-01T10:30:00Z', '2025-01-01T11:00:00Z', 60))).toEqual([
      { at: '01-01T10:00', wh: 60, seconds: 1800 },
      { at: '01-01T11:00', wh: 0, seconds: 0 },
    ]);
  });

  it('of a moment is in one bucket', () => {
    expect(buckets('minute', between('2025-01-01T10:00:00Z', '2025-01-01T10:00:00Z', 2))).toEqual([
      { at: '01-01T10:00', wh: 2, seconds: 0 },
    ]);
  });

  it('knows how long the days of a zone are', () => {
    const gap = between('2025-10-24T21:00:00Z', '2025-10-27T22:00:00Z', 73);
    expect(buckets('day', gap).map(({ wh, seconds }) => [wh, seconds / 3600])).toEqual([
      [24, 24],
      [25, 25],
      [24, 24],
      [0, 0],
    ]);
  });

  it('of more than an hour leaves no minutes', () => {
    const long = between('2025-01-01T10:00:00Z', '2025-01-01T11:00:01Z', 5);
    expect(buckets('minute', long)).toEqual([]);
    expect(buckets('minute', { ...long, toMs: long.fromMs + HOUR_MS })).toHaveLength(61);
  });

  it.each(levels.slice(1))('adds up at the level %s', (level) => {
    const increments = Array.from({ length: 500 }, (_, index) => ({
      fromMs: index * 7 * 61_000,
      toMs: (index + 1) * 7 * 61_000,
      wh: index % 13,
    }));
    const sum = buckets(level, ...increments).reduce((total, { wh }) => total + wh, 0);
    expect(sum).toBeCloseTo(
      increments.reduce((total, { wh }) => total + wh, 0),
      3,
    );
  });
});
