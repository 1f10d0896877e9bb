// Bitmaps for tests, and a plain reading of what is encoded: slow, obvious, and nothing shared with the encoder.
import fc from 'fast-check';
import type { Bitmap } from '../dialect.js';

/** Rows of W and B, top row first, as the vectors write them. */
export function bitmapOf(rows: readonly string[]): Bitmap {
  const width = rows[0]?.length ?? 0;
  const stride = Math.ceil(width / 8);
  const bytes = new Uint8Array(stride * rows.length);
  for (const [y, row] of rows.entries()) {
    for (const [x, letter] of [...row].entries()) {
      const at = y * stride + Math.floor(x / 8);
      if (letter === 'B') bytes[at] = (bytes[at] ?? 0) | (0x80 >> (x % 8));
    }
  }
  return { width, height: rows.length, rows: bytes };
}

/** Row by row from the top left; 1 is black. */
export function pixelsOf({ width, height, rows }: Bitmap): readonly number[] {
  const stride = Math.ceil(width / 8);
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels.push(((rows[y * stride + Math.floor(x / 8)] ?? 0) >> (7 - (x % 8))) & 1);
    }
  }
  return pixels;
}

/** Of random stretches rather than random dots, so that long runs occur; what pads a row is random too. */
export function randomBitmap(widths: fc.Arbitrary<number>): fc.Arbitrary<Bitmap> {
  const stretch = fc.tuple(fc.constantFrom(0x00, 0xff, 0x00, 0xff, 0x5a), fc.integer({ min: 1, max: 300 }));
  return fc
    .tuple(
      widths,
      fc.integer({ min: 1, max: 12 }),
      fc.array(stretch, { minLength: 1, maxLength: 12 }),
      fc.uint8Array(),
    )
    .map(([width, height, stretches, ends]) => {
      const pattern = stretches
        .flatMap(([byte, length]) => Array<number>(length).fill(byte))
        .concat([...ends]);
      const size = Math.ceil(width / 8) * height;
      const rows = Uint8Array.from({ length: size }, (_, at) => pattern[at % pattern.length] ?? 0);
      return { width, height, rows };
    });
}

const LONG = new Map([
  [252, 384],
  [253, 768],
  [254, 1152],
  [255, 1536],
]);

/** The runs that codes mean, those of one colour joined and empty ones left out. */
export function runsOf(codes: Uint8Array): readonly (readonly ['white' | 'black', number])[] {
  const runs: ['white' | 'black', number][] = [];
  for (const [index, code] of codes.entries()) {
    const length = LONG.get(code) ?? code;
    const colour = index % 2 === 0 ? 'white' : 'black';
    const last = runs.at(-1);
    if (length === 0) continue;
    if (last?.[0] === colour) last[1] += length;
    else runs.push([colour, length]);
  }
  return runs;
}
