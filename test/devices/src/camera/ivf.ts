// Reads IVF, the plainest container of VP8: a header, then each frame behind its size.
import { Fault } from '@mooring/runtime';

/** A moving picture. The first frame is a key frame, so it may be shown again and again from the start. */
export interface Clip {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly frames: readonly Buffer[];
}

const FRAME_HEADER_BYTES = 12;
/** Bit 0 of a VP8 frame is clear in a key frame. */
const INTER_FRAME = 0x01;

/** camera.md 10.2. Fault `invalid` for anything but whole VP8 frames that begin with a key frame. */
export function readIvf(file: Buffer): Clip {
  const isVp8 = file.length >= 32 && file.toString('latin1', 0, 4) === 'DKIF';
  if (!isVp8 || file.toString('latin1', 8, 12) !== 'VP80') throw new Fault('invalid', 'no IVF file with VP8');
  const frames: Buffer[] = [];
  let at = file.readUInt16LE(6);
  while (at < file.length) {
    const start = at + FRAME_HEADER_BYTES;
    const end = start + (start <= file.length ? file.readUInt32LE(at) : 0);
    if (start > file.length || end > file.length) throw new Fault('invalid', 'an IVF file that was cut off');
    frames.push(file.subarray(start, end));
    at = end;
  }
  const [first] = frames;
  if (first === undefined || first.length === 0 || ((first[0] ?? 0) & INTER_FRAME) !== 0) {
    throw new Fault('invalid', 'an IVF file that does not begin with a key frame');
  }
  return {
    width: file.readUInt16LE(12),
    height: file.readUInt16LE(14),
    framesPerSecond: file.readUInt32LE(16) / file.readUInt32LE(20),
    frames,
  };
}
