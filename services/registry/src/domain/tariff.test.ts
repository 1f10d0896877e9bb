// Which tariffs are taken, and what is said about the others.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { Problems } from './fields.js';
import { checkTariff } from './tariff.js';

const night = { name: 'Night', days: [1, 2, 3, 4, 5], from: '22:00', to: '06:15', price_per_kwh: 0.2 };
const tariff = { currency: 'EUR', price_per_kwh: 0.3 };

function fieldsOf(text: string): readonly string[] {
  const problems = new Problems();
  checkTariff(problems, text);
  try {
    problems.check();
  } catch (error) {
    if (isFault(error, 'invalid')) return (error.details ?? []).map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('a tariff', () => {
  it.each([
    tariff,
    { ...tariff, price_per_kwh: 0 },
    { ...tariff, bands: [] },
    { ...tariff, bands: [night, { from: '00:00', to: '00:00', price_per_kwh: 0.1, days: [6, 7] }] },
  ])('is taken as it is: %j', (given) => {
    expect(fieldsOf(JSON.stringify(given))).toEqual([]);
    expect(checkTariff(new Problems(), JSON.stringify(given))).toEqual(given);
  });

  it('may be none', () => expect(checkTariff(new Problems(), '')).toBeUndefined());

  it.each<[object, string[]]>([
    [{}, ['tariff.currency', 'tariff.price_per_kwh']],
    [{ ...tariff, currency: 'eur' }, ['tariff.currency']],
    [{ ...tariff, currency: 'QQQ' }, ['tariff.currency']],
    [{ ...tariff, price_per_kwh: -1 }, ['tariff.price_per_kwh']],
    [{ ...tariff, price_per_kwh: '0.3' }, ['tariff.price_per_kwh']],
    [{ ...tariff, bands: {} }, ['tariff.bands']],
    [{ ...tariff, bands: Array(33).fill(night) }, ['tariff.bands']],
    [{ ...tariff, bands: [night, null] }, ['tariff.bands.1']],
    [{ ...tariff, bands: [{ ...night, from: '22:10' }] }, ['tariff.bands.0.from']],
    [{ ...tariff, bands: [{ ...night, to: '24:00' }] }, ['tariff.bands.0.to']],
    [{ ...tariff, bands: [{ ...night, days: [0] }] }, ['tariff.bands.0.days']],
    [{ ...tariff, bands: [{ ...night, days: [1, 1] }] }, ['tariff.bands.0.days']],
    [{ ...tariff, bands: [{ ...night, days: [] }] }, ['tariff.bands.0.days']],
    [{ ...tariff, bands: [{ ...night, name: 7 }] }, ['tariff.bands.0.name']],
    [
      { ...tariff, bands: [night, {}] },
      ['tariff.bands.1.from', 'tariff.bands.1.to', 'tariff.bands.1.price_per_kwh'],
    ],
  ])('%j is refused, field by field', (given, fields) => {
    expect(fieldsOf(JSON.stringify(given))).toEqual(fields);
  });

  it.each(['[1]', 'x', `{"x":"${'x'.repeat(17_000)}"}`])('that is no small object is refused', (text) => {
    expect(fieldsOf(text)).toEqual(['tariff']);
  });
});
