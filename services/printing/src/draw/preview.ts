// Dots as a PNG, one pixel each.
import { createCanvas } from '@napi-rs/canvas';
import type { Dots } from '../domain/dots.js';

export function previewPng({ width, height, bits }: Dots): Promise<Buffer> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let at = 0; at < bits.length; at++) {
    const level = bits[at] === 1 ? 0 : 255;
    image.data.fill(level, at * 4, at * 4 + 3);
    image.data[at * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas.encode('png');
}
