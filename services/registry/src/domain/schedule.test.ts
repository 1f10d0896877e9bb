import { describe, expect, it } from 'vitest';
import { Problems } from './fields.js';
import { checkCountdown, checkWeekly, lastRun, nextRun, timeOfDay, type When } from './schedule.js';

const daily = (at: string): When => checkWeekly(new Problems(), [1, 2, 3, 4, 5, 6, 7], at);
const next = (when: When, zone: string, after: string): string | undefined => {
  const runMs = nextRun(when, zone, Date.parse(after));
  return runMs === undefined ? undefined : new Date(runMs).toISOString();
};

describe('nextRun', () => {
  it('runs at the wall clock time of the zone, before and after its clocks change', () => {
    const seven = daily('07:00');
    // Sofia: EET is UTC+2, EEST is UTC+3; clocks change on 29 March and 25 October 2026.
    expect(next(seven, 'Europe/Sofia', '2026-03-28T00:00:00Z')).toBe('2026-03-28T05:00:00.000Z');
    expect(next(seven, 'Europe/Sofia', '2026-03-28T05:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(next(seven, 'Europe/Sofia', '2026-10-24T12:00:00Z')).toBe('2026-10-25T05:00:00.000Z');
  });

  it('runs when the clocks have skipped its time', () => {
    // 03:00 becomes 04:00 in Sofia.
    expect(next(daily('03:30'), 'Europe/Sofia', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(next(daily('03:30'), 'Europe/Sofia', '2026-03-29T01:30:00Z')).toBe('2026-03-30T00:30:00.000Z');
  });

  it('runs once when the clocks show its time twice', () => {
    // 04:00 becomes 03:00 in Sofia: 03:30 is at 00:30 and at 01:30 UTC.
    const half = daily('03:30');
    expect(next(half, 'Europe/Sofia', '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(half, 'Europe/Sofia', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
  });

  it('runs a time after midnight that the clocks skip at midnight', () => {
    // Beirut: 00:00 becomes 01:00 on 29 March 2026.
    expect(next(daily('00:15'), 'Asia/Beirut', '2026-03-28T12:00:00Z')).toBe('2026-03-28T22:15:00.000Z');
  });

  it('keeps to its days', () => {
    const weekend = checkWeekly(new Problems(), [6, 7], '10:00');
    // 21 November 2026 is a Saturday.
    expect(next(weekend, 'UTC', '2026-11-21T10:00:00Z')).toBe('2026-11-22T10:00:00.000Z');
    expect(next(weekend, 'UTC', '2026-11-22T10:00:00Z')).toBe('2026-11-28T10:00:00.000Z');
    const monday = checkWeekly(new Problems(), [1], '23:59');
    expect(next(monday, 'Pacific/Auckland', '2026-11-23T10:59:00Z')).toBe('2026-11-30T10:59:00.000Z');
  });

  it('runs a countdown once', () => {
    const soon: When = { kind: 'countdown', runAtMs: Date.parse('2026-11-21T10:00:00Z') };
    expect(next(soon, 'UTC', '2026-11-21T09:59:59Z')).toBe('2026-11-21T10:00:00.000Z');
    expect(next(soon, 'UTC', '2026-11-21T10:00:00Z')).toBeUndefined();
  });
});

describe('lastRun', () => {
  it('is the run that should have been last', () => {
    const nowMs = Date.parse('2026-11-21T12:00:00Z');
    expect(lastRun(daily('07:00'), 'UTC', nowMs)).toBe(Date.parse('2026-11-21T07:00:00Z'));
    expect(lastRun(daily('22:00'), 'UTC', nowMs)).toBe(Date.parse('2026-11-20T22:00:00Z'));
    expect(lastRun(daily('12:00'), 'UTC', nowMs)).toBe(nowMs);
  });

  it.each(['Europe/Sofia', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'])(
    'agrees with nextRun through a year in %s',
    (zone) => {
      const when = daily('02:15');
      let atMs = Date.parse('2026-01-01T00:00:00Z');
      for (let runs = 0; runs < 365; runs++) {
        const runMs = nextRun(when, zone, atMs);
        if (runMs === undefined) throw new Error('a daily schedule ends');
        expect(lastRun(when, zone, runMs)).toBe(runMs);
        expect(runMs - atMs).toBeLessThanOrEqual(25 * 3_600_000);
        atMs = runMs;
      }
      expect(new Date(atMs).getUTCFullYear()).toBeGreaterThanOrEqual(2026);
      expect(atMs).toBeGreaterThan(Date.parse('2026-12-30T00:00:00Z'));
    },
  );
});

describe('checks', () => {
  it('name what is wrong', () => {
    const problems = new Problems();
    checkWeekly(problems, [0, 8], '24:00');
    checkCountdown(problems, 0, 0);
    expect(() => problems.check()).toThrow('weekly.days must be days from 1 (Monday) to 7 (Sunday)');
  });

  it('writes times as they are read', () => {
    expect(daily('09:05')).toMatchObject({ atMinute: 545 });
    expect(timeOfDay(545)).toBe('09:05');
  });
});
