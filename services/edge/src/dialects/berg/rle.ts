// Run lengths of a printer's image: one byte per run, white first, the colour flips after each byte (berg.md 3.6).

import type { Bitmap } from '../dialect.js';

/** Longest run that stands for itself; the codes above it stand for 1 to 4 whole rows. */
const LONGEST = 251;
const ROW = 384;

/**
 * The pixels of the bitmap turned by half a turn, row by row, as runs. The first run is white and empty when the
 * bottom right dot is black. At most one byte per pixel, and one.
 */
export function encodeRuns({ width, height, rows }: Bitmap): Uint8Array {
  const runs = new Runs(width * height + 1);
  const stride = Math.ceil(width / 8);
  const padding = stride * 8 - width;
  // Half a turn makes the last pixel the first, so bytes are read from the end, and bits from the lowest.
  for (let at = stride * height - 1; at >= 0; at--) {
    const skipped = at % stride === stride - 1 ? padding : 0;
    const byte = rows[at] ?? 0;
    if (skipped === 0 && byte === runs.solid) runs.length += 8;
    else runs.takeBits(byte >> skipped, 8 - skipped);
  }
  return runs.end();
}

/** The codes of one run of `length` pixels, which is not negative; an empty one has a code too. */
export function encodeRun(length: number): Uint8Array {
  const codes = new Uint8Array(Math.max(1, length));
  return codes.subarray(0, writeRun(codes, 0, length));
}

/** Collects pixels into the current run, and writes it out when the colour changes. */
class Runs {
  /** The byte that continues the current run as a whole: 0 in white, 255 in black. */
  solid = 0;
  /** Pixels of the current run so far. */
  length = 0;
  readonly #codes: Uint8Array;
  #at = 0;

  constructor(capacity: number) {
    this.#codes = new Uint8Array(capacity);
  }

  /** Takes the `count` lowest bits, the lowest one first. */
  takeBits(bits: number, count: number): void {
    for (let bit = 0; bit < count; bit++) {
      if (((bits >> bit) & 1) !== (this.solid & 1)) this.#flip();
      this.length += 1;
    }
  }

  end(): Uint8Array {
    this.#flip();
    return this.#codes.subarray(0, this.#at);
  }

  #flip(): void {
    this.#at = writeRun(this.#codes, this.#at, this.length);
    this.solid ^= 0xff;
    this.length = 0;
  }
}

/** Writes the largest chunk that fits until nothing is left; an empty run of the other colour parts two chunks. */
function writeRun(codes: Uint8Array, from: number, length: number): number {
  let at = from;
  let rest = length;
  while (rest > LONGEST) {
    const wholeRows = Math.min(4, Math.floor(rest / ROW));
    codes[at++] = LONGEST + wholeRows;
    rest -= wholeRows === 0 ? LONGEST : wholeRows * ROW;
    if (rest === 0) return at;
    codes[at++] = 0;
  }
  codes[at++] = rest;
  return at;
}
