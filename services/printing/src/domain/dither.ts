// Turns brightness into dots: by error diffusion for pictures, by a threshold for drawn text.
import type { Dots, Gray } from './dots.js';

const MIDDLE = 128;

/**
 * Floyd and Steinberg's error diffusion, left to right. What is black and white already comes out as it is, since it
 * leaves no error behind.
 */
export function dithered({ width, height, levels }: Gray): Dots {
  const bits = new Uint8Array(width * height);
  // The errors that this row and the next one have been handed, with room to either side.
  let here = new Float32Array(width + 2);
  let below = new Float32Array(width + 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const wanted = (levels[at] ?? 255) + (here[x + 1] ?? 0);
      const black = wanted < MIDDLE;
      if (black) bits[at] = 1;
      const error = wanted - (black ? 0 : 255);
      if (error === 0) continue;
      here[x + 2] = (here[x + 2] ?? 0) + (error * 7) / 16;
      below[x] = (below[x] ?? 0) + (error * 3) / 16;
      below[x + 1] = (below[x + 1] ?? 0) + (error * 5) / 16;
      below[x + 2] = (below[x + 2] ?? 0) + error / 16;
    }
    [here, below] = [below, here];
    below.fill(0);
  }
  return { width, height, bits };
}

/** Letters keep their edges. */
export function thresholded({ width, height, levels }: Gray): Dots {
  return { width, height, bits: Uint8Array.from(levels, (level) => (level < MIDDLE ? 1 : 0)) };
}
