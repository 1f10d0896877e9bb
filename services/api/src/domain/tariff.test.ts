// Which band holds when.
import { describe, expect, it } from 'vitest';
import { type Band, weekOf } from './tariff.js';

/** The band at a local time, day 1 being Monday. */
function bandAt(
  bands: readonly Omit<Band, 'price_per_kwh'>[],
  day: number,
  time: string,
): number | undefined {
  const priced = bands.map((band) => ({ ...band, price_per_kwh: 1 }));
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const week = weekOf({ currency: 'EUR', price_per_kwh: 0, bands: priced });
  return week[(day - 1) * 96 + hours * 4 + minutes / 15];
}

describe('a band', () => {
  const night = { from: '22:00', to: '06:15' };
  const sundayNight = { days: [7], from: '22:00', to: '06:00' };
  const weekend = { days: [6, 7], from: '00:00', to: '00:00' };

  it.each<[string, Omit<Band, 'price_per_kwh'>[], number, string, number]>([
    ['holds from its beginning', [{ from: '08:15', to: '12:00' }], 3, '08:15', 1],
    ['does not hold before', [{ from: '08:15', to: '12:00' }], 3, '08:00', 0],
    ['holds until its end', [{ from: '08:15', to: '12:00' }], 3, '11:45', 1],
    ['does not hold at its end', [{ from: '08:15', to: '12:00' }], 3, '12:00', 0],
    ['crosses midnight', [night], 2, '23:45', 1],
    ['crosses midnight into the next day', [night], 2, '06:00', 1],
    ['ends on the next day', [night], 2, '06:15', 0],
    ['crosses into Monday from Sunday', [sundayNight], 1, '05:45', 1],
    ['begins on its days only', [sundayNight], 1, '22:00', 0],
    ['lasts all day', [weekend], 6, '00:00', 1],
    ['lasts all day to its end', [weekend], 7, '23:45', 1],
    ['lasts no longer', [weekend], 1, '00:00', 0],
    ['lasts until midnight', [{ from: '18:00', to: '00:00' }], 1, '23:45', 1],
    ['gives way to an earlier one', [weekend, night], 6, '23:00', 1],
    ['holds where the earlier one does not', [weekend, night], 5, '23:00', 2],
  ])('%s', (_what, bands, day, time, expected) => expect(bandAt(bands, day, time)).toBe(expected));

  it('is none in a tariff without', () => {
    expect(weekOf(null)).toHaveLength(0);
    expect(weekOf({ currency: 'EUR', price_per_kwh: 1 })).toHaveLength(0);
    expect(weekOf({ currency: 'EUR', price_per_kwh: 1, bands: [] })).toHaveLength(0);
  });
});
