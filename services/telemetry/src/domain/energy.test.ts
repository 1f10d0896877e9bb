// From which level energy is taken.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { energyLevels, energyUnit } from './energy.js';
import type { Retention } from './level.js';

const DAY_MS = 86_400_000;
const now = Date.UTC(2025, 5, 15);
const kept = { raw: 30, minute: 90, quarter: 366, hour: 1830, day: 0 };
const retention: Retention = { ...kept, log: 90, seen: 31, alarm: 90 };
const year = { fromMs: now - 365 * DAY_MS, toMs: now };
const quartersKeptMs = now - 366 * DAY_MS;

/** A band from the start of each day, so many quarter hours long. */
function week(quarters: number): Uint8Array {
  return Uint8Array.from({ length: 672 }, (_, quarter) => (quarter % 96 < quarters ? 1 : 0));
}

describe('energy', () => {
  it.each<[string, string, Uint8Array, number]>([
    ['hours, where they are whole', 'Europe/Sofia', week(0), Number.POSITIVE_INFINITY],
    ['hours, for bands of whole hours', 'Europe/Sofia', week(24), Number.POSITIVE_INFINITY],
    ['quarters, for bands that are not', 'Europe/Sofia', week(25), quartersKeptMs],
    ['quarters, in a zone that has other hours', 'Asia/Kathmandu', week(0), quartersKeptMs],
    ['quarters, in a zone that has other hours in summer', 'Australia/Lord_Howe', week(0), quartersKeptMs],
  ])('comes from %s', (_what, zone, bands, quartersMs) => {
    const levels = energyLevels(energyUnit('day', zone, bands), year, retention, now);
    expect(levels).toEqual({ quartersMs, hoursMs: now - 1830 * DAY_MS });
  });

  it('comes from quarters when they are kept for longer than hours', () => {
    const kept = { ...retention, hour: 30 };
    const levels = energyLevels(energyUnit('day', 'UTC', week(0)), year, kept, now);
    expect(levels).toEqual({ quartersMs: quartersKeptMs, hoursMs: quartersKeptMs });
  });

  it.each([
    ['year', 'UTC', 0],
    ['day', 'Mars/Olympus', 0],
    ['day', 'UTC', 671],
  ])('by %s in %s with a week of %i is refused', (by, zone, length) => {
    let error: unknown;
    try {
      energyUnit(by, zone, new Uint8Array(length));
    } catch (thrown) {
      error = thrown;
    }
    expect(isFault(error, 'invalid')).toBe(true);
  });
});
