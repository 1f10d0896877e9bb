// A white canvas, and the brightness of what was drawn on it.
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Gray } from '../domain/dots.js';

export interface Paper {
  readonly context: SKRSContext2D;
  gray(): Gray;
}

export function paper(width: number, height: number): Paper {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#000';
  context.textBaseline = 'alphabetic';
  return {
    context,
    gray() {
      const { data } = context.getImageData(0, 0, width, height);
      const levels = new Uint8Array(width * height);
      for (let at = 0; at < levels.length; at++) {
        const [red = 255, green = 255, blue = 255] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
        // Luma of ITU-R BT.601, which is what screens show and eyes expect.
        levels[at] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      }
      return { width, height, levels };
    },
  };
}
