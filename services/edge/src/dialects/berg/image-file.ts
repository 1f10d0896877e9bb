// One image as a printer's file: how to print it, then its run lengths, each as a region (berg.md 3.6).

import type { Bitmap } from '../dialect.js';
import { encodeRuns } from './rle.js';

const RAW = 0;
const RLE = 1;
const REGION_HEAD_BYTES = 5;
const FILE_HEAD_BYTES = 5;
/** Speed 1000, acceleration, peak current and intensity as all known servers set them; then "an image follows". */
const PRINT_SETTINGS = Buffer.from('1d7303e81d61d01d2f0f1d44801b2a', 'hex');
const AFTER_SIZE = Buffer.from('000030', 'hex');

/** Type, size, data. */
export function imageRegion(image: Bitmap): Buffer {
  return region(RLE, encodeRuns(image));
}

/** A file of two regions. The bitmap may have any size here; a printer takes 384 dots in width. */
export function imageFile(image: Bitmap): Buffer {
  const pixelBytes = Buffer.alloc(3);
  pixelBytes.writeUIntLE(Math.floor((image.width * image.height) / 8), 0, 3);
  const settings = region(RAW, Buffer.concat([PRINT_SETTINGS, pixelBytes, AFTER_SIZE]));
  const pixels = imageRegion(image);
  const head = Buffer.alloc(FILE_HEAD_BYTES);
  // The size counts the zero byte that ends the head.
  head.writeUInt32LE(1 + settings.length + pixels.length, 0);
  return Buffer.concat([head, settings, pixels]);
}

function region(type: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(REGION_HEAD_BYTES);
  head.writeUInt8(type, 0);
  head.writeUInt32LE(data.length, 1);
  return Buffer.concat([head, data]);
}
