// The two encodings in which a Nerves device speaks: JSON in text frames (vsn 2), MsgPack in binary ones (vsn 3).
import { decode, encode } from '@msgpack/msgpack';
import { isObject, type Json, parseJson } from '../json.js';

export interface Encoding {
  readonly vsn: string;
  write(message: readonly Json[]): string | Uint8Array;
  /** The value of a frame; undefined for one that this encoding does not have. */
  readText(text: string): Json | undefined;
  readBytes(bytes: Uint8Array): Json | undefined;
}

export const encodings = {
  json: {
    vsn: '2.0.0',
    write: (message) => JSON.stringify(message),
    readText: parseJson,
    readBytes: () => undefined,
  },
  msgpack: {
    vsn: '3.0.0',
    write: ([joinRef = null, ref = null, topic = null, event = null, payload = null]) =>
      encode([joinRef, ref, topic, event, timed(payload)]),
    readText: () => undefined,
    readBytes: (bytes) => {
      try {
        return decode(bytes) as Json;
      } catch {
        return undefined;
      }
    },
  },
} as const satisfies Record<string, Encoding>;

export type EncodingName = keyof typeof encodings;

/** Elixir writes the time of a health report as a point in time, which JSON does not have. */
function timed(payload: Json): unknown {
  const value = isObject(payload) ? payload['value'] : undefined;
  if (!isObject(value) || typeof value['timestamp'] !== 'string') return payload;
  return { ...(payload as object), value: { ...value, timestamp: new Date(value['timestamp']) } };
}
