import { describe, expect, it } from 'vitest';
import { dateLine } from './date-line.js';

describe('dateLine', () => {
  it("says when on the printer's own clock, summer and winter", () => {
    const summer = Date.parse('2026-07-01T22:30:00Z');
    expect(dateLine(summer, 'Europe/Sofia')).toBe('Thursday 2 July 2026, 01:30');
    expect(dateLine(summer, 'UTC')).toBe('Wednesday 1 July 2026, 22:30');
    expect(dateLine(Date.parse('2026-12-31T23:59:00Z'), 'Europe/Sofia')).toBe('Friday 1 January 2027, 01:59');
  });

  it('refuses a zone that there is not', () => {
    expect(() => dateLine(0, 'Mars/Base')).toThrow('the time zone is unknown');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -9e15])('refuses %d as a time', (timeMs) => {
    expect(() => dateLine(timeMs, 'UTC')).toThrow('the time is out of range');
  });

  it('changes between summer and winter time at the right minute', () => {
    const change = Date.parse('2026-10-25T01:00:00Z');
    expect(dateLine(change - 60_000, 'Europe/Sofia')).toBe('Sunday 25 October 2026, 03:59');
    expect(dateLine(change, 'Europe/Sofia')).toBe('Sunday 25 October 2026, 03:00');
  });
});
