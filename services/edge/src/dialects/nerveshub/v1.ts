// Text frames of vsn 1: one object per message. The reference refuses them; they are read for the sake of old devices.
import { isObject, member } from './json.js';
import {
  type ClientMessage,
  clientMessage,
  fiveElements,
  type Malformed,
  type ServerMessage,
} from './message.js';
import { decodeJson } from './v2-text.js';

/** Topic, event, payload and ref must be there, a null ref included; join_ref may be left out (nerveshub.md, 2.4). */
export function decodeV1(data: Uint8Array): ClientMessage | Malformed {
  const json = decodeJson(data);
  if (json.kind === 'malformed') return json;
  if (!isObject(json.value)) return { kind: 'malformed', what: 'shape' };
  const topic = member(json.value, 'topic');
  const event = member(json.value, 'event');
  const payload = member(json.value, 'payload');
  if (topic === undefined || event === undefined || payload === undefined) {
    return { kind: 'malformed', what: 'shape' };
  }
  const joinRef = member(json.value, 'join_ref') ?? null;
  return clientMessage(joinRef, member(json.value, 'ref'), topic, event, payload);
}

/**
 * V1 has no join ref on the way out, and a closing message carries no ref either. It has no binary frames, so bytes
 * travel as base64 text.
 */
export function encodeV1(message: ServerMessage): string {
  const [, ref, topic, event, payload] = fiveElements(message);
  return JSON.stringify({ topic, event, payload, ref: message.kind === 'closing' ? null : ref }, bytesAsText);
}

function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
