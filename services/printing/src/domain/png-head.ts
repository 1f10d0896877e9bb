// Reads a PNG's dimensions before anything decodes it: a few bytes can stand for gigabytes.
import { Fault } from '@mooring/runtime';

const SIGNATURE = '89504e470d0a1a0a';
const HEAD_BYTES = 24;
const MAX_SIDE = 20_000;
const MAX_PIXELS = 40_000_000;
const MAX_BYTES = 5 * 1024 * 1024;

/** Fault `invalid` for what is no PNG (PNG specification, 5.2 and 11.2.1), or too large to be decoded. */
export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  if (bytes.length > MAX_BYTES) throw invalid(`the picture has more than ${MAX_BYTES} bytes`);
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  const right = head.length === HEAD_BYTES && head.toString('hex', 0, 8) === SIGNATURE;
  if (!right || head.toString('latin1', 12, 16) !== 'IHDR') throw invalid('the picture is no PNG');
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)];
  if (width === 0 || height === 0) throw invalid('the picture is empty');
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw invalid(`the picture is ${width} by ${height}, more than can be printed`);
  }
  return { width, height };
}

function invalid(message: string): Fault {
  return new Fault('invalid', message);
}
