// The rule against addresses of real printers, and the trap that only looks like it.
import { expect, it } from 'vitest';
import { vectorsOf } from './_vectors.js';
import { hardwareXor } from './hardware-xor.js';

interface Expected {
  readonly xor_hex: string;
  readonly xor?: number;
  readonly low24_hex?: string;
}

it.each(vectorsOf<{ device_address: string }, Expected>('hardware_xor'))('$name', ({ input, expected }) => {
  const xor = hardwareXor(input.device_address);
  expect(xor.toString(16).padStart(6, '0')).toBe(expected.xor_hex);
  if (expected.xor !== undefined) expect(xor).toBe(expected.xor);
  expect(expected.xor_hex).not.toBe(expected.low24_hex);
});
