// What readings become at every level, and the order in which their rows are locked.
import { describe, expect, it } from 'vitest';
import type { CheckedBatch } from './batch.js';
import { Series } from './rollup.js';
import { Rollups } from './rollups.js';
import { dayStartIn } from './zone.js';

const utc = dayStartIn('UTC');
const at = (text: string): number => Date.parse(`2025-06-01T${text}Z`);

function batch(changes: Partial<CheckedBatch> = {}): CheckedBatch {
  return {
    header: { node: 'n', boot: 'b', sequence: 1n, traceparents: [] },
    organizations: [{ id: 'o', timeZone: 'Europe/Sofia' }],
    sources: [
      { deviceNumber: 9n, deviceId: 'd9', organization: 0, epoch: 1n, dialect: 'kinetid' },
      { deviceNumber: 2n, deviceId: 'd2', organization: 0, epoch: 1n, dialect: 'kinetid' },
    ],
    metrics: ['power_w', 'rssi_dbm'],
    baseTimeMs: at('21:30:00'),
    source: [0, 1, 1, 0],
    metric: [0, 1, 0, 0],
    timeOffsetMs: [0, 0, 0, 60_000],
    value: [10, -60, 5, 30],
    intervalS: [60, 0, 60, 60],
    sequence: [1, 2, 3, 4],
    reports: [],
    ...changes,
  };
}

describe('a series', () => {
  it('keeps count, sum, bounds, newest value and integral of a minute', () => {
    const series = new Series(1);
    series.add(at('10:00:20'), 4, 10);
    series.add(at('10:00:40'), 1, 20);
    series.add(at('10:00:30'), 7, 30);
    expect(series.at('minute', utc)).toEqual([
      {
        bucketMs: at('10:00:00'),
        count: 3,
        sum: 12,
        min: 1,
        max: 7,
        last: 1,
        lastAtMs: at('10:00:40'),
        lastIntervalS: 20,
        integral: 4 * 10 + 1 * 20 + 7 * 30,
        seconds: 60,
      },
    ]);
  });

  it('adds up to the same at every level, whatever the order', () => {
    const series = new Series(1);
    const times = ['09:59:59', '23:59:59', '10:00:00', '10:16:00', '10:59:59', '11:00:00', '00:00:00'];
    for (const [index, time] of times.entries()) series.add(at(time), index + 0.5, 60);
    for (const level of ['minute', 'quarter', 'hour', 'day'] as const) {
      const rollups = series.at(level, utc);
      expect(rollups.reduce((sum, each) => sum + each.count, 0)).toBe(7);
      expect(rollups.reduce((sum, each) => sum + each.sum, 0)).toBe(24.5);
      expect(rollups.map(({ bucketMs }) => bucketMs)).toEqual(
        rollups.map(({ bucketMs }) => bucketMs).sort((a, b) => a - b),
      );
    }
    const [day] = series.at('day', utc);
    expect(day).toMatchObject({ bucketMs: at('00:00:00'), min: 0.5, max: 6.5, last: 1.5 });
    expect(series.at('hour', utc).map(({ count }) => count)).toEqual([1, 1, 3, 1, 1]);
  });
});

describe('the rollups of a transaction', () => {
  it('come in the order of device, metric and time', () => {
    const rollups = new Rollups();
    rollups.add(batch(), [7, 3], undefined);
    const keys = rollups
      .at('minute')
      .map(({ deviceNumber, metricId, rollup }) => [deviceNumber, metricId, rollup.bucketMs]);
    expect(keys).toEqual([
      [2n, 3, at('21:30:00')],
      [2n, 7, at('21:30:00')],
      [9n, 7, at('21:30:00')],
      [9n, 7, at('21:31:00')],
    ]);
  });

  it("put a day where the organization's zone begins it", () => {
    const rollups = new Rollups();
    rollups.add(batch(), [7, 3], undefined);
    expect(new Set(rollups.at('day').map(({ rollup }) => rollup.bucketMs))).toEqual(
      new Set([at('21:00:00')]),
    );
  });

  it('leave out what is skipped and what has no number', () => {
    const rollups = new Rollups();
    rollups.add(batch(), [7, undefined], new Set([3]));
    expect(rollups.at('day').map(({ deviceNumber, rollup }) => [deviceNumber, rollup.sum])).toEqual([
      [2n, 5],
      [9n, 10],
    ]);
  });
});
