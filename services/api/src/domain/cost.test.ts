// What energy costs.
import { expect, it } from 'vitest';
import { costOf } from './cost.js';

it('is price times kilowatt-hours, without the noise of floating point', () => {
  expect(costOf(1234, { currency: 'EUR', price_per_kwh: 0.3 })).toBe(0.3702);
  expect(costOf(0, { currency: 'EUR', price_per_kwh: 0.3 })).toBe(0);
  expect(costOf(1234, null)).toBeNull();
});
