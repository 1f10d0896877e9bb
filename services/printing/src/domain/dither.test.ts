import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dithered, thresholded } from './dither.js';
import { cutTo, packed, stacked } from './dots.js';

const gray = (width: number, levels: readonly number[]) => ({
  width,
  height: levels.length / width,
  levels: Uint8Array.from(levels),
});

describe('dithered', () => {
  it('leaves black and white as they are', () => {
    const bits = fc.array(fc.boolean(), { minLength: 12, maxLength: 120 });
    fc.assert(
      fc.property(bits, (dots) => {
        const whole = dots.slice(0, dots.length - (dots.length % 4));
        const levels = whole.map((black) => (black ? 0 : 255));
        expect([...dithered(gray(4, levels)).bits]).toEqual(whole.map(Number));
      }),
    );
  });

  it('makes a gray out of as much black as it is dark', () => {
    for (const level of [32, 64, 128, 192, 224]) {
      const { bits } = dithered(gray(64, new Array(64 * 64).fill(level)));
      const black = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
      expect(black).toBeCloseTo(1 - level / 255, 1);
    }
  });
});

it('a threshold decides each dot by itself', () => {
  expect([...thresholded(gray(2, [0, 127, 128, 255])).bits]).toEqual([1, 1, 0, 0]);
});

describe('dots', () => {
  const one = { width: 10, height: 1, bits: Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]) };

  it('are packed from the highest bit on, each row in whole bytes', () => {
    const two = stacked([one, one], 10);
    expect(two.height).toBe(2);
    expect([...packed(two).rows]).toEqual([0x80, 0x40, 0x80, 0x40]);
  });

  it('are cut, and it is said by how much', () => {
    const long = stacked([one, one, one], 10);
    const { dots, cutRows } = cutTo(long, 2);
    expect([dots.height, dots.bits.length, cutRows]).toEqual([2, 20, 1]);
    expect(cutTo(long, 3)).toEqual({ dots: long, cutRows: 0 });
  });
});
