// Facts of one device stay in order, whatever lies between them.
import { describe, expect, it } from 'vitest';
import type { DeviceFact } from '../domain/device-fact.js';
import { byDevice } from './order.js';

const fact = (id: bigint, deviceNumber: bigint) => ({ id, deviceNumber }) as DeviceFact;

describe('byDevice', () => {
  it('keeps the order of each device', () => {
    const chains = byDevice([fact(1n, 7n), fact(2n, 8n), fact(3n, 7n), fact(4n, 7n)]);
    expect([...chains].map(([number, chain]) => [number, chain.map(({ id }) => id)])).toEqual([
      [7n, [1n, 3n, 4n]],
      [8n, [2n]],
    ]);
  });
});
