// What a printer makes of the files of a command: settings, then run lengths, which it prints upside down (berg.md, 3.6).

/** One bit per dot, top row first as people see it, rows padded to whole bytes, first dot in the highest bit, 1 black. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rows: Uint8Array;
}

const FILE_HEAD = 5;
const REGION_HEAD = 5;
const RAW = 0;
const RLE = 1;
const SETTINGS_SIZE = 21;
/** In the settings: how many bytes the unpacked picture takes. */
const PICTURE_BYTES_AT = 15;
const LONGEST_SINGLE = 251;
const ROW = 384;

/** The pictures of files that lie back to back; undefined when anything is out of place. `width` is that of the head. */
export function picturesOf(files: Buffer, width: number): readonly Picture[] | undefined {
  const pictures: Picture[] = [];
  let rest = files;
  while (rest.length > 0) {
    if (rest.length < FILE_HEAD) return undefined;
    const end = 4 + rest.readUInt32LE(0);
    if (end > rest.length || rest[4] !== 0) return undefined;
    const picture = pictureOf(rest.subarray(FILE_HEAD, end), width);
    if (picture === undefined) return undefined;
    pictures.push(picture);
    rest = rest.subarray(end);
  }
  return pictures;
}

function pictureOf(regions: Buffer, width: number): Picture | undefined {
  const settings = regionOf(regions, RAW);
  if (settings?.length !== SETTINGS_SIZE) return undefined;
  const after = regions.subarray(REGION_HEAD + SETTINGS_SIZE);
  const codes = regionOf(after, RLE);
  if (codes === undefined || codes.length + REGION_HEAD !== after.length) return undefined;
  const dots = dotsOf(codes);
  if (dots.length === 0 || dots.length % width !== 0) return undefined;
  if (settings.readUIntLE(PICTURE_BYTES_AT, 3) !== Math.floor(dots.length / 8)) return undefined;
  return packed(dots.reverse(), width);
}

function regionOf(bytes: Buffer, type: number): Buffer | undefined {
  if (bytes.length < REGION_HEAD || bytes[0] !== type) return undefined;
  const end = REGION_HEAD + bytes.readUInt32LE(1);
  return end <= bytes.length ? bytes.subarray(REGION_HEAD, end) : undefined;
}

/** One byte per dot, 1 black, in the order in which the printer takes them: the first run is white. */
export function dotsOf(codes: Uint8Array): Uint8Array {
  const lengths = Array.from(codes, (code) => (code > LONGEST_SINGLE ? ROW * (code - LONGEST_SINGLE) : code));
  const dots = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [index, length] of lengths.entries()) {
    dots.fill(index % 2, at, at + length);
    at += length;
  }
  return dots;
}

function packed(dots: Uint8Array, width: number): Picture {
  const height = dots.length / width;
  const stride = Math.ceil(width / 8);
  const rows = new Uint8Array(stride * height);
  for (const [index, dot] of dots.entries()) {
    const x = index % width;
    const at = Math.floor(index / width) * stride + (x >> 3);
    if (dot === 1) rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7));
  }
  return { width, height, rows };
}
