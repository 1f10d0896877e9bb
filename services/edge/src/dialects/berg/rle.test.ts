// Run lengths against the vectors, and against a plain reading of the same pixels.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorsOf } from '../_drive.js';
import { bitmapOf, pixelsOf, randomBitmap, runsOf } from './_bitmap.js';
import { encodeRun, encodeRuns } from './rle.js';

describe('a run', () => {
  it.each(vectorsOf('berg', 'rle_run'))('is coded as in $name', ({ input, expected }) => {
    expect([...encodeRun(input['run_length'] as number)]).toEqual(expected['codes']);
  });

  it('of any length has its length', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), (length) => {
        const runs = runsOf(encodeRun(length));
        expect(runs).toEqual(length === 0 ? [] : [['white', length]]);
      }),
    );
  });
});

describe('runs', () => {
  it.each(vectorsOf('berg', 'rle_decode'))('mean what $name says', ({ input, expected }) => {
    expect(runsOf(Uint8Array.from(input['codes'] as number[]))).toEqual(expected['runs']);
  });

  it('of a bitmap are its pixels, last one first', () => {
    fc.assert(
      fc.property(randomBitmap(fc.integer({ min: 1, max: 900 })), (image) => {
        const runs = runsOf(encodeRuns(image));
        const pixels = runs.flatMap(([colour, length]) => Array(length).fill(colour === 'black' ? 1 : 0));
        expect(pixels.reverse()).toEqual(pixelsOf(image));
      }),
    );
  });

  it('skip what pads a row', () => {
    const image = bitmapOf(['WWB', 'WWW']);
    const padded = { ...image, rows: image.rows.map((byte) => byte | 0x1f) };
    expect([...encodeRuns(padded)]).toEqual([3, 1, 2]);
  });

  it('of the largest image take no more than a moment and no more than a byte per pixel', () => {
    const noise = { width: 384, height: 10_000, rows: new Uint8Array(480_000).fill(0x55) };
    const startedAt = performance.now();
    expect(encodeRuns(noise)).toHaveLength(384 * 10_000 + 1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
