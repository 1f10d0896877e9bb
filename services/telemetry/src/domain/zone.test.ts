// When days begin, over clock changes in both directions and a date that never was.
import { describe, expect, it } from 'vitest';
import { dayStartIn, isZone } from './zone.js';

const HOUR_MS = 3_600_000;

/** Day starts met when a range is walked in quarters of an hour. */
function startsBetween(zone: string, from: string, to: string): string[] {
  const dayStart = dayStartIn(zone);
  const starts = new Set<number>();
  for (let at = Date.parse(from); at < Date.parse(to); at += HOUR_MS / 4) starts.add(dayStart(at));
  return [...starts].map((start) => new Date(start).toISOString());
}

describe('the days of a zone', () => {
  it.each([
    [
      'Europe/Sofia',
      'loses an hour in spring',
      ['2025-03-29T12:00Z', '2025-03-31T12:00Z'],
      ['2025-03-28T22:00:00.000Z', '2025-03-29T22:00:00.000Z', '2025-03-30T21:00:00.000Z'],
    ],
    [
      'Europe/Sofia',
      'gains an hour in autumn',
      ['2025-10-25T12:00Z', '2025-10-27T12:00Z'],
      ['2025-10-24T21:00:00.000Z', '2025-10-25T21:00:00.000Z', '2025-10-26T22:00:00.000Z'],
    ],
    [
      'America/New_York',
      'loses an hour in spring',
      ['2025-03-08T12:00Z', '2025-03-10T12:00Z'],
      ['2025-03-08T05:00:00.000Z', '2025-03-09T05:00:00.000Z', '2025-03-10T04:00:00.000Z'],
    ],
    [
      'America/New_York',
      'gains an hour in autumn',
      ['2025-11-01T12:00Z', '2025-11-03T12:00Z'],
      ['2025-11-01T04:00:00.000Z', '2025-11-02T04:00:00.000Z', '2025-11-03T05:00:00.000Z'],
    ],
    [
      'Asia/Kathmandu',
      'begins them a quarter past the hour',
      ['2025-06-01T12:00Z', '2025-06-02T19:00Z'],
      ['2025-05-31T18:15:00.000Z', '2025-06-01T18:15:00.000Z', '2025-06-02T18:15:00.000Z'],
    ],
    [
      'Pacific/Apia',
      'skips the 30th of December 2011',
      ['2011-12-29T12:00Z', '2011-12-31T12:00Z'],
      ['2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
    ],
    [
      'America/Sao_Paulo',
      'begins a day at one when midnight does not exist',
      ['2018-11-03T12:00Z', '2018-11-05T12:00Z'],
      ['2018-11-03T03:00:00.000Z', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    ],
  ])('%s %s', (zone, _what, [from = '', to = ''], expected) => {
    expect(startsBetween(zone, from, to)).toEqual(expected);
  });

  it('gives the same answer in any order of questions', () => {
    const at = Date.parse('2025-10-26T21:30:00Z');
    const backwards = dayStartIn('Europe/Sofia');
    backwards(at + 40 * 24 * HOUR_MS);
    expect(new Date(backwards(at)).toISOString()).toBe('2025-10-25T21:00:00.000Z');
  });

  it('takes UTC for a zone that nobody knows', () => {
    expect(isZone('Mars/Olympus_Mons')).toBe(false);
    const start = dayStartIn('Mars/Olympus_Mons')(Date.parse('2025-06-01T23:59:59Z'));
    expect(new Date(start).toISOString()).toBe('2025-06-01T00:00:00.000Z');
  });
});
