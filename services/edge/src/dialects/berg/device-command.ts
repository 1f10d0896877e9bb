// The binary commands of printers: a 16-byte little-endian header, then files (berg.md 3.5).

import type { Bitmap } from '../dialect.js';
import { imageFile } from './image-file.js';

/** What a printer is told to do with the images, in order. */
export const CommandCode = {
  /** One image, printed at once, with the stored face. */
  setDeliveryAndPrint: 0x0001,
  /** One image, printed when the button is pressed. */
  setDelivery: 0x0002,
  setDeliveryAndPrintNoFace: 0x0011,
  setDeliveryNoFace: 0x0012,
  /** Face, nothing to print, cannot see bridge, cannot see internet, message. */
  setPersonalityWithMessage: 0x0101,
  /** The first four of the above. */
  setPersonality: 0x0102,
  /** Three images. */
  setQuip: 0x0202,
} as const;
export type CommandCode = (typeof CommandCode)[keyof typeof CommandCode];

const HEADER_BYTES = 16;
const LITTLE_PRINTER = 1;

/** `fileId` is 1..2^32-1 and comes back with did_print. */
export function encodeCommand(code: CommandCode, fileId: number, images: readonly Bitmap[]): Buffer {
  const files = images.map(imageFile);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(LITTLE_PRINTER, 0);
  header.writeUInt16LE(code, 2);
  header.writeUInt32LE(fileId, 4);
  // The checksum at offset 8 stays 0: no printer looks at it.
  header.writeUInt32LE(
    files.reduce((sum, file) => sum + file.length, 0),
    12,
  );
  return Buffer.concat([header, ...files]);
}
