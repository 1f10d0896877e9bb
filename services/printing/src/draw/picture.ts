// Draws a PNG: as wide as the paper at most, on white, dithered.

import { Fault } from '@mooring/runtime';
import { loadImage } from '@napi-rs/canvas';
import { dithered } from '../domain/dither.js';
import type { Drawn } from '../domain/dots.js';
import { pngSize } from '../domain/png-head.js';
import { paper } from './paper.js';

/** A wider picture is made smaller, a narrower one stands in the middle. Fault `invalid` for what is no sound PNG. */
export async function drawPicture(png: Uint8Array, width: number, maxRows: number): Promise<Drawn> {
  const size = pngSize(png);
  const shownWidth = Math.min(size.width, width);
  const shownHeight = Math.max(1, Math.round((size.height * shownWidth) / size.width));
  const image = await loadImage(Buffer.from(png)).catch((cause: unknown) => {
    throw new Fault('invalid', 'the picture cannot be decoded', { cause });
  });
  const exact = shownWidth === size.width;
  const height = Math.min(shownHeight, maxRows);
  const { context, gray } = paper(width, height);
  context.imageSmoothingEnabled = !exact;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, Math.floor((width - shownWidth) / 2), 0, shownWidth, shownHeight);
  return { dots: dithered(gray()), leftOutRows: shownHeight - height };
}
