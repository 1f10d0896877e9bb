// Binary frames of vsn 2: a kind byte, one length byte per string, the strings, and raw bytes to the end.
import {
  type ClientMessage,
  clientMessage,
  MAX_NAME_BYTES,
  type Malformed,
  type Scalar,
  type ServerMessage,
} from './message.js';

/** Client push and server push share a kind byte but not a layout (nerveshub.md, 2.5). */
const PUSH = 0;
const REPLY = 1;
const BROADCAST = 2;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a client push, the only kind a client may send. The payload is a copy. An empty ref is no ref. */
export function decodeV2Binary(data: Uint8Array): ClientMessage | Malformed {
  const [kind, ...lengths] = data.subarray(0, 5);
  if (kind !== PUSH || lengths.length < 4) return { kind: 'malformed', what: 'binary' };
  let offset = 5;
  const strings: string[] = [];
  for (const length of lengths) {
    if (offset + length > data.length) return { kind: 'malformed', what: 'binary' };
    try {
      strings.push(utf8.decode(data.subarray(offset, offset + length)));
    } catch {
      return { kind: 'malformed', what: 'binary' };
    }
    offset += length;
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = strings;
  // Not `slice`: a Buffer's gives another view of the same memory.
  const payload = new Uint8Array(data.subarray(offset));
  return clientMessage(joinRef || null, ref || null, topic, event, payload);
}

/** Writes a message whose body is bytes. */
export function encodeV2Binary(message: ServerMessage, data: Uint8Array): Uint8Array {
  switch (message.kind) {
    case 'reply':
      return assemble(REPLY, [message.joinRef, message.ref, message.topic, message.status], data);
    case 'push':
      return assemble(PUSH, [message.joinRef, message.topic, message.event], data);
    case 'broadcast':
      return assemble(BROADCAST, [message.topic, message.event], data);
    case 'closing':
      return assemble(PUSH, [message.joinRef, message.topic, message.event], data);
  }
}

/** Every name was bounded when it came in or is one of ours, so the cut never happens to a real message. */
function assemble(kind: number, names: readonly Scalar[], data: Uint8Array): Uint8Array {
  const strings = names.map((name) =>
    Buffer.from(name === null ? '' : String(name)).subarray(0, MAX_NAME_BYTES),
  );
  return new Uint8Array(
    Buffer.concat([Uint8Array.from([kind, ...strings.map((string) => string.length)]), ...strings, data]),
  );
}
