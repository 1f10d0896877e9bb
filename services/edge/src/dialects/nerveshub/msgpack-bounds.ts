// Checks a MsgPack frame's headers before anything is built, so that no header can claim more than the frame holds.

/** Deepest nesting that is read; the deepest real message, a health report, needs five levels. */
const MAX_DEPTH = 32;

/** Bytes of the length field and of the fixed body for the heads 0xc0..0xdf; see the MessagePack specification. */
const HEADS: readonly (readonly [lengthBytes: number, extra: number, of: 'bytes' | 'items' | 'pairs'])[] = [
  [0, 0, 'bytes'], // c0 nil
  [0, 0, 'bytes'], // c1 is never used; the decoder refuses it
  [0, 0, 'bytes'], // c2 false
  [0, 0, 'bytes'], // c3 true
  [1, 0, 'bytes'], // c4 bin 8, 16, 32
  [2, 0, 'bytes'],
  [4, 0, 'bytes'],
  [1, 1, 'bytes'], // c7 ext 8, 16, 32
  [2, 1, 'bytes'],
  [4, 1, 'bytes'],
  [0, 4, 'bytes'], // ca float 32, 64
  [0, 8, 'bytes'],
  [0, 1, 'bytes'], // cc uint 8 to 64
  [0, 2, 'bytes'],
  [0, 4, 'bytes'],
  [0, 8, 'bytes'],
  [0, 1, 'bytes'], // d0 int 8 to 64
  [0, 2, 'bytes'],
  [0, 4, 'bytes'],
  [0, 8, 'bytes'],
  [0, 2, 'bytes'], // d4 fixext 1 to 16
  [0, 3, 'bytes'],
  [0, 5, 'bytes'],
  [0, 9, 'bytes'],
  [0, 17, 'bytes'],
  [1, 0, 'bytes'], // d9 str 8, 16, 32
  [2, 0, 'bytes'],
  [4, 0, 'bytes'],
  [2, 0, 'items'], // dc array 16, 32
  [4, 0, 'items'],
  [2, 0, 'pairs'], // de map 16, 32
  [4, 0, 'pairs'],
];

interface Head {
  readonly size: number;
  /** Bytes of body that follow, without nested values. */
  readonly body: number;
  /** Nested values that follow. */
  readonly children: number;
}

function headAt(view: DataView, at: number): Head | undefined {
  const head = view.getUint8(at);
  if (head < 0x80 || head >= 0xe0) return { size: 1, body: 0, children: 0 };
  if (head < 0x90) return { size: 1, body: 0, children: (head & 0x0f) * 2 };
  if (head < 0xa0) return { size: 1, body: 0, children: head & 0x0f };
  if (head < 0xc0) return { size: 1, body: head & 0x1f, children: 0 };
  const [lengthBytes, extra, of] = HEADS[head - 0xc0] ?? [0, 0, 'bytes'];
  if (at + 1 + lengthBytes > view.byteLength) return undefined;
  const length = lengthOf(view, at + 1, lengthBytes);
  const size = 1 + lengthBytes;
  if (of === 'bytes') return { size, body: length + extra, children: 0 };
  return { size, body: 0, children: of === 'items' ? length : length * 2 };
}

function lengthOf(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at);
  return bytes === 4 ? view.getUint32(at) : 0;
}

/**
 * True when `data` is exactly one value, no deeper than MAX_DEPTH, whose lists and maps announce no more values than
 * there are bytes left for. Linear in the frame's size.
 */
export function isBounded(data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** Values still to come at each open level. */
  const open: number[] = [1];
  let announced = 1;
  let at = 0;
  while (announced > 0) {
    while (open.at(-1) === 0) open.pop();
    if (at >= data.length) return false;
    const head = headAt(view, at);
    if (head === undefined) return false;
    at += head.size + head.body;
    announced += head.children - 1;
    open.push((open.pop() ?? 0) - 1);
    if (head.children > 0) open.push(head.children);
    if (at + announced > data.length || open.length > MAX_DEPTH) return false;
  }
  return at === data.length;
}
