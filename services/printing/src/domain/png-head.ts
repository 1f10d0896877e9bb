// Looks at a PNG's dimensions and end before anything decodes it: a few bytes can stand for gigabytes.
import { Fault } from '@mooring/runtime';

const SIGNATURE = '89504e470d0a1a0a';
const SIGNATURE_BYTES = 8;
/** Length, type and checksum of a chunk. */
const CHUNK_BYTES = 12;
const HEAD_BYTES = 24;
const MAX_SIDE = 20_000;
const MAX_PIXELS = 40_000_000;
const MAX_BYTES = 5 * 1024 * 1024;

/** Fault `invalid` for what is no whole PNG (PNG specification, 5.2, 5.3 and 11.2.1), or too large to be decoded. */
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
  if (!hasEnd(bytes)) throw invalid('the picture is not whole');
  return { width, height };
}

/** Whether chunk after chunk leads to the last one: a decoder shows what there is of a picture that was cut short. */
function hasEnd(bytes: Uint8Array): boolean {
  const chunks = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + CHUNK_BYTES <= chunks.length; ) {
    if (chunks.toString('latin1', at + 4, at + 8) === 'IEND') return true;
    at += CHUNK_BYTES + chunks.readUInt32BE(at);
  }
  return false;
}

function invalid(message: string): Fault {
  return new Fault('invalid', message);
}
