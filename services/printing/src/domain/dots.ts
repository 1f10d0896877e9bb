// Dots: how they are held, put below each other, and packed for the bus.
import type { bus } from '@mooring/proto';

/** Rows of dots from the top; one byte per dot, 1 is black. */
export interface Dots {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
}

/** Brightness per dot, 0 black to 255 white; rows from the top. */
export interface Gray {
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8Array;
}

/** Dots that were drawn, and how many rows more there would have been without the height limit. */
export interface Drawn {
  readonly dots: Dots;
  readonly leftOutRows: number;
}

/** Everything in one, the first on top. All have the same width. */
export function stacked(parts: readonly Dots[], width: number): Dots {
  const height = parts.reduce((sum, part) => sum + part.height, 0);
  const bits = new Uint8Array(width * height);
  let at = 0;
  for (const part of parts) {
    bits.set(part.bits, at);
    at += part.bits.length;
  }
  return { width, height, bits };
}

/** The first rows, and how many were cut off. */
export function cutTo(dots: Dots, maxRows: number): { readonly dots: Dots; readonly cutRows: number } {
  const cutRows = Math.max(0, dots.height - maxRows);
  if (cutRows === 0) return { dots, cutRows };
  const { width } = dots;
  return { dots: { width, height: maxRows, bits: dots.bits.subarray(0, width * maxRows) }, cutRows };
}

/** As the bus carries them: eight dots a byte, the first in the highest bit, each row in whole bytes. */
export function packed({ width, height, bits }: Dots): bus.Bitmap {
  const rowBytes = Math.ceil(width / 8);
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bits[y * width + x] === 1) {
        const at = y * rowBytes + (x >> 3);
        rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7));
      }
    }
  }
  // What the bus calls bytes is a Buffer where it comes from Node.
  return { width, height, rows: Buffer.from(rows.buffer) };
}
