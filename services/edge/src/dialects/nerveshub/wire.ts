// Frames ↔ messages: which serializer a socket speaks, and one total decode and encode over all of them.
import type { Frame } from '../dialect.js';
import type { ClientMessage, Malformed, ServerMessage } from './message.js';
import { decodeV1, encodeV1 } from './v1.js';
import { decodeV2Binary, encodeV2Binary } from './v2-binary.js';
import { decodeV2Text, encodeV2Text } from './v2-text.js';
import { decodeV3, encodeV3 } from './v3-msgpack.js';

export const Serializer = { v1: 'v1', v2: 'v2', v3: 'v3' } as const;
export type Serializer = (typeof Serializer)[keyof typeof Serializer];

const VERSION = /^([123])(\.\d{1,5}){0,2}$/;

/**
 * The serializer that the query's `vsn` asks for: none is 1.0.0, otherwise the major number decides. Undefined for
 * anything else. The reference takes only 2.0.x and 3.0.x (nerveshub.md, 2.2).
 */
export function serializerFor(query: string): Serializer | undefined {
  const vsn = new URLSearchParams(query).get('vsn');
  if (vsn === null) return Serializer.v1;
  switch (VERSION.exec(vsn)?.[1]) {
    case '1':
      return Serializer.v1;
    case '2':
      return Serializer.v2;
    case '3':
      return Serializer.v3;
    default:
      return undefined;
  }
}

/** Total: whatever the bytes, the result is a value, and it keeps none of them. */
export function decode(serializer: Serializer, frame: Frame): ClientMessage | Malformed {
  switch (serializer) {
    case Serializer.v1:
      return frame.binary ? { kind: 'malformed', what: 'unexpected_binary' } : decodeV1(frame.data);
    case Serializer.v2:
      return frame.binary ? decodeV2Binary(frame.data) : decodeV2Text(frame.data);
    case Serializer.v3:
      return frame.binary ? decodeV3(frame.data) : { kind: 'malformed', what: 'unexpected_text' };
  }
}

/** Text for JSON, bytes for MsgPack and for V2 bodies that are bytes. */
export function encode(serializer: Serializer, message: ServerMessage): string | Uint8Array {
  if (serializer === Serializer.v3) return encodeV3(message);
  if (serializer === Serializer.v1) return encodeV1(message);
  const body = message.kind === 'reply' ? message.response : message.payload;
  return body instanceof Uint8Array ? encodeV2Binary(message, body) : encodeV2Text(message);
}
