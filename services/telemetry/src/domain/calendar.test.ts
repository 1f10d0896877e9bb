import { describe, expect, it } from 'vitest';
import { unitBounds } from './calendar.js';

const span = (from: string, to: string) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) });
const iso = (bounds: readonly number[]) => bounds.map((atMs) => new Date(atMs).toISOString().slice(0, 16));
const HOUR_MS = 3_600_000;

describe('days', () => {
  it('have 23 and 25 hours where the clocks change', () => {
    expect(iso(unitBounds('day', 'Europe/Sofia', span('2026-03-28T12:00Z', '2026-03-29T22:00Z')))).toEqual([
      '2026-03-27T22:00',
      '2026-03-28T22:00',
      '2026-03-29T21:00',
      '2026-03-30T21:00',
    ]);
    const [start = 0, end = 0] = unitBounds(
      'day',
      'Europe/Sofia',
      span('2026-10-25T05:00Z', '2026-10-25T06:00Z'),
    );
    expect((end - start) / HOUR_MS).toBe(25);
  });

  it('begin with the first of two midnights, and after one that is skipped', () => {
    // Havana: 01:00 becomes 00:00 on 2 November 2025.
    expect(iso(unitBounds('day', 'America/Havana', span('2025-11-02T04:30Z', '2025-11-02T06:00Z')))).toEqual([
      '2025-11-02T04:00',
      '2025-11-03T05:00',
    ]);
    // Beirut: 00:00 becomes 01:00 on 29 March 2026.
    expect(iso(unitBounds('day', 'Asia/Beirut', span('2026-03-29T12:00Z', '2026-03-29T13:00Z')))).toEqual([
      '2026-03-28T22:00',
      '2026-03-29T21:00',
    ]);
  });
});

describe('hours', () => {
  it('are hours of time, side by side, also where clocks move by half an hour', () => {
    // Lord Howe: 02:00 becomes 01:30 on 6 April 2025, and 02:30 on 5 October.
    for (const [from, to] of [
      ['2025-04-05T10:00Z', '2025-04-06T20:00Z'],
      ['2025-10-04T10:00Z', '2025-10-05T20:00Z'],
    ] as const) {
      const bounds = unitBounds('hour', 'Australia/Lord_Howe', span(from, to));
      const lengths = bounds.slice(1).map((end, index) => (end - (bounds[index] ?? 0)) / HOUR_MS);
      expect(lengths.filter((length) => length !== 1)).toEqual([0.5]);
      expect(bounds[0]).toBeLessThanOrEqual(Date.parse(from));
      expect(bounds.at(-1)).toBeGreaterThanOrEqual(Date.parse(to));
    }
  });

  it('begin at 15 past in Kathmandu, and reach no further than the range', () => {
    expect(iso(unitBounds('hour', 'Asia/Kathmandu', span('2026-01-01T10:00Z', '2026-01-01T11:00Z')))).toEqual(
      ['2026-01-01T09:15', '2026-01-01T10:15', '2026-01-01T11:15'],
    );
  });
});

describe('months', () => {
  it('are those of the calendar', () => {
    expect(iso(unitBounds('month', 'Europe/Sofia', span('2026-03-15T00:00Z', '2026-04-02T00:00Z')))).toEqual([
      '2026-02-28T22:00',
      '2026-03-31T21:00',
      '2026-04-30T21:00',
    ]);
  });
});

it('refuses more units than an answer should hold', () => {
  expect(() => unitBounds('hour', 'UTC', span('2000-01-01T00:00Z', '2026-01-01T00:00Z'))).toThrow('hours');
});
