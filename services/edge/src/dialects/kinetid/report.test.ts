// What a report becomes: the timeline, the checks of each entry, the report's own numbering.
import { describe, expect, it } from 'vitest';
import { counts, deviceNamed, emitted, vectorsOf } from '../_drive.js';
import type { Effect } from '../dialect.js';
import { MAX_ENTRIES, readReport } from './report.js';

const device = deviceNamed('39628657580236');
const now = Date.parse('2025-01-01T12:10:00Z');
const day = 86_400_000;

function read(report: Readonly<Record<string, unknown>>, boot?: string) {
  const effects: Effect[] = [];
  const problem = readReport(device, boot, { deviceId: device.identifier, ...report }, now, effects);
  return { problem, effects, readings: emitted(effects, 'reading'), counts: counts(effects) };
}
const minute = (consumption: unknown, more = {}) => ({ interval: 60, consumption, ...more });

it.each(vectorsOf('kinetid', 'report_timeline'))('$name', ({ input, expected }) => {
  const receivedAt = Date.parse(String(input['received_at']));
  const effects: Effect[] = [];
  readReport(device, undefined, { deviceId: 'x', consumptions: input['consumptions'] }, receivedAt, effects);
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
  expect(
    emitted(effects, 'reading').map((reading) => ({
      start: iso(reading.timeMs - reading.intervalS * 1000),
      end: iso(reading.timeMs),
      w: reading.value,
    })),
  ).toEqual(expected['readings']);
});

it('gives a one-entry report one power reading that ends at receipt', () => {
  expect(read({ consumptions: [minute(42)] }).effects).toEqual([
    {
      do: 'emit',
      event: { kind: 'reading', device, metric: 'power_w', timeMs: now, value: 42, intervalS: 60 },
    },
  ]);
});

describe('entries', () => {
  it.each([
    ['a string', minute('7')],
    ['negative', minute(-1)],
    ['above what a plug can carry', minute(4600.1)],
    ['missing', { interval: 60 }],
    ['null', minute(null)],
    ['interval 0', { interval: 0, consumption: 5 }],
    ['interval fractional', { interval: 1.5, consumption: 5 }],
    ['interval too long', { interval: 86_401, consumption: 5 }],
    ['interval a string', { interval: '60', consumption: 5 }],
    ['no object', 7],
    ['nothing', null],
  ])('a bad one (%s) is left out and counted, the good ones stay', (_, bad) => {
    const { problem, readings, counts } = read({ consumptions: [minute(1), bad, minute(4600)] });
    expect(problem).toBeUndefined();
    expect(readings.map((reading) => reading.value)).toEqual([1, 4600]);
    expect(counts).toEqual(['malformed entry']);
  });

  it('a bad consumption still takes its interval, a bad interval takes no time', () => {
    const gap = read({ consumptions: [minute(1), minute('?'), minute(2)] }).readings;
    expect(gap.map((reading) => now - reading.timeMs)).toEqual([120_000, 0]);
    const none = read({ consumptions: [minute(1), { interval: 0, consumption: 1 }, minute(2)] }).readings;
    expect(none.map((reading) => now - reading.timeMs)).toEqual([60_000, 0]);
  });

  it('infinity, which JSON can say as 1e999, is bad', () => {
    expect(read(JSON.parse('{"consumptions":[{"interval":60,"consumption":1e999}]}')).problem).toBe(
      'entries',
    );
  });

  it('a report of bad entries only leaves nothing behind', () => {
    expect(read({ consumptions: [minute('7'), minute(-1)] })).toMatchObject({
      problem: 'entries',
      effects: [],
    });
  });

  it('one that ends more than seven days ago is bad', () => {
    const consumptions = Array.from({ length: 9 }, (_, i) => ({ interval: 86_400, consumption: i }));
    const { readings, counts } = read({ consumptions });
    expect(readings.map((reading) => reading.value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(counts).toEqual(['malformed entry']);
  });

  it.each([undefined, null, {}, 'x', 7])('consumptions %s are none', (consumptions) => {
    expect(read({ consumptions })).toMatchObject({ problem: 'consumptions', effects: [] });
  });

  it('takes a day of minutes and not one more', () => {
    const consumptions = Array.from({ length: MAX_ENTRIES }, () => minute(1));
    expect(read({ consumptions }).readings).toHaveLength(MAX_ENTRIES);
    expect(read({ consumptions: [...consumptions, minute(1)] }).problem).toBe('consumptions');
  });

  it('none at all is no fault, but nothing either', () => {
    expect(read({ consumptions: [] })).toMatchObject({
      problem: undefined,
      counts: ['ignored empty_report'],
    });
  });
});

describe('a version 2 report', () => {
  it.each([
    ['now', now],
    ['a week ago', now - 7 * day],
    ['a minute ahead', now + 60_000],
  ])('ends at its ts, %s', (_, end) => {
    expect(read({ consumptions: [minute(1)], ts: end / 1000 }).readings[0]?.timeMs).toBe(end);
  });

  it.each([(now - 7 * day) / 1000 - 1, now / 1000 + 61, 0, '1735733400', null])(
    'with ts %s ends at receipt',
    (ts) => {
      const { readings, counts } = read({ consumptions: [minute(1)], ts });
      expect(readings[0]?.timeMs).toBe(now);
      expect(counts).toEqual(['ignored implausible_time']);
    },
  );

  it('is named by boot, seq and entry', () => {
    const { readings } = read({ consumptions: [minute(1, { wh: 9 }), minute(2)], seq: 7 }, 'b1');
    expect(readings.map(({ metric, report }) => [metric, report])).toEqual([
      ['power_w', { boot: 'b1', seq: 7, entry: 0 }],
      ['energy_total_wh', { boot: 'b1', seq: 7, entry: 0 }],
      ['power_w', { boot: 'b1', seq: 7, entry: 1 }],
    ]);
  });

  it.each([
    [undefined, 7],
    ['b1', undefined],
    ['b1', -1],
    ['b1', 1.5],
    ['b1', '7'],
  ])('with boot %s and seq %s has no name', (boot, seq) => {
    expect(read({ consumptions: [minute(1)], seq }, boot).readings[0]).not.toHaveProperty('report');
  });

  it('carries the meter reading as a momentary value', () => {
    expect(read({ consumptions: [minute(1, { wh: 1234.5 })] }).readings[1]).toMatchObject({
      metric: 'energy_total_wh',
      value: 1234.5,
      intervalS: 0,
      timeMs: now,
    });
    const bad = read({ consumptions: [minute(1, { wh: -1 })] });
    expect([bad.readings.length, ...bad.counts]).toEqual([1, 'malformed energy']);
  });
});
