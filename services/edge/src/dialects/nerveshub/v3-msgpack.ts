// MsgPack frames of vsn 3: the same five elements as V2, always binary.
import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';
import type { Json } from '../dialect.js';
import { type ClientMessage, fiveElements, type Malformed, type Ref, type ServerMessage } from './message.js';
import { isBounded } from './msgpack-bounds.js';
import { fromFive } from './v2-text.js';

/** Extension type of a point in time, which Elixir writes for a DateTime (nerveshub.md, 2.6). */
const TIMESTAMP = -1;

// A codec of our own instead of the library's: times become ISO text, as they are in JSON frames.
const extensions = new ExtensionCodec();
extensions.register({ type: TIMESTAMP, encode: () => null, decode: isoTime });

function isoTime(data: Uint8Array): string | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const ms = epochMs(view);
  // Dates beyond ±8.64e15 ms do not exist in this runtime.
  return ms === undefined || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

/** The three layouts of the MessagePack specification: 32, 64 and 96 bits. */
function epochMs(view: DataView): number | undefined {
  if (view.byteLength === 4) return view.getUint32(0) * 1000;
  if (view.byteLength === 8) {
    const seconds = (view.getUint32(0) & 3) * 2 ** 32 + view.getUint32(4);
    return seconds * 1000 + (view.getUint32(0) >>> 2) / 1e6;
  }
  if (view.byteLength === 12) return Number(view.getBigInt64(4)) * 1000 + view.getUint32(0) / 1e6;
  return undefined;
}

/** Numeric refs become text, as in the reference's serializer. */
export function decodeV3(data: Uint8Array): ClientMessage | Malformed {
  if (!isBounded(data)) return { kind: 'malformed', what: 'msgpack' };
  let value: Json;
  try {
    value = jsonOf(decode(data, { extensionCodec: extensions }));
  } catch {
    return { kind: 'malformed', what: 'msgpack' };
  }
  const message = fromFive(value);
  if (message.kind === 'malformed') return message;
  return { ...message, joinRef: asText(message.joinRef), ref: asText(message.ref) };
}

function asText(ref: Ref): Ref {
  return ref === null ? null : String(ref);
}

/** Depth is bounded before. Bytes become base64 text, which also frees them from the borrowed frame. */
function jsonOf(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return null;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, jsonOf(entry)]));
}

export function encodeV3(message: ServerMessage): Uint8Array {
  return encode(fiveElements(message));
}
