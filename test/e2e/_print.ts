// What a printer makes of a device command, worked out from the bytes alone (berg.md 3.5, 3.6).

export interface Printed {
  readonly code: number;
  readonly fileId: number;
  readonly width: number;
  readonly height: number;
  /** Row by row from the top as a person sees it; 1 is black. */
  readonly dots: Uint8Array;
}

const WIDTH = 384;
const LONG = new Map([
  [252, 384],
  [253, 768],
  [254, 1152],
  [255, 1536],
]);

/** Reads a command that carries one image; throws on anything out of place. */
export function printedBy(payload: string): Printed {
  const bytes = Buffer.from(payload, 'base64');
  const check = (what: string, is: number, should: number): void => {
    if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
  };
  check('device type', bytes.readUInt8(0), 1);
  check('reserved byte', bytes.readUInt8(1), 0);
  check('checksum', bytes.readUInt32LE(8), 0);
  check('length', bytes.readUInt32LE(12), bytes.length - 16);
  check('file', bytes.readUInt32LE(16), bytes.length - 20);
  check('zero byte', bytes.readUInt8(20), 0);
  check('first region', bytes.readUInt8(21), 0);
  check('size of the first region', bytes.readUInt32LE(22), 21);
  check('second region', bytes.readUInt8(47), 1);
  check('size of the second region', bytes.readUInt32LE(48), bytes.length - 52);
  const pixels = unrle(bytes.subarray(52));
  check('bytes of the image', bytes.readUIntLE(41, 3), Math.floor(pixels.length / 8));
  check('rest of the last row', pixels.length % WIDTH, 0);
  return {
    code: bytes.readUInt16LE(2),
    fileId: bytes.readUInt32LE(4),
    width: WIDTH,
    height: pixels.length / WIDTH,
    // Turned by half a turn: the first dot out is the last one seen.
    dots: pixels.reverse(),
  };
}

function unrle(codes: Uint8Array): Uint8Array {
  const runs = [...codes].map((code) => LONG.get(code) ?? code);
  const pixels = new Uint8Array(runs.reduce((sum, run) => sum + run, 0));
  let at = 0;
  for (const [index, run] of runs.entries()) {
    if (index % 2 === 1) pixels.fill(1, at, at + run);
    at += run;
  }
  return pixels;
}
