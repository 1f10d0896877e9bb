// What energy costs.
import { describe, expect, it } from 'vitest';
import { costByBand, costOf, sumOf } from './cost.js';

const plain = { currency: 'EUR', price_per_kwh: 0.3 };
const night = { name: 'Night', from: '22:00', to: '06:00', price_per_kwh: 0.2 };
const banded = { ...plain, bands: [night, { from: '12:00', to: '13:00', price_per_kwh: 0 }] };
const energy = (energyWh: number, ...bandWh: number[]) => ({ energyWh, bandWh });

describe('a cost', () => {
  it('is price times kilowatt-hours, without the noise of floating point', () => {
    expect(costOf(energy(1234, 1234), plain)).toBe(0.3702);
    expect(costOf(energy(0), plain)).toBe(0);
    expect(costOf(energy(1234, 1234), null)).toBeNull();
  });

  it('is what each band comes to', () => {
    expect(costOf(energy(3500, 1000, 2000, 500), banded)).toBe(0.7);
    expect(costOf(energy(1000, 1000), banded)).toBe(0.3);
    expect(costOf(energy(0), banded)).toBe(0);
  });

  it('is told band by band where there are bands', () => {
    expect(costByBand([energy(1000, 1000), energy(2500, 0, 2000, 500)], banded)).toEqual([
      { name: null, price_per_kwh: 0.3, energy_wh: 1000, cost: 0.3 },
      { name: 'Night', price_per_kwh: 0.2, energy_wh: 2000, cost: 0.4 },
      { name: null, price_per_kwh: 0, energy_wh: 500, cost: 0 },
    ]);
    expect(costByBand([], plain)).toBeNull();
    expect(costByBand([], null)).toBeNull();
  });
});

it('energies are summed up band by band', () => {
  expect(sumOf([energy(3, 1, 2), energy(5, 0, 1, 4)])).toEqual(energy(8, 1, 3, 4));
  expect(sumOf([])).toEqual(energy(0));
});
