// JSON text frames of vsn 2: one list of join ref, ref, topic, event and payload.
import type { Json } from '../dialect.js';
import { isList } from './json.js';
import {
  type ClientMessage,
  clientMessage,
  fiveElements,
  type Malformed,
  type ServerMessage,
} from './message.js';

// Fatal, so that bytes which are not UTF-8 are malformed and never silently replaced.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON value of a text frame, shared by the V1 and V2 serializers. */
export function decodeJson(data: Uint8Array): { readonly kind: 'json'; readonly value: Json } | Malformed {
  let text: string;
  try {
    text = utf8.decode(data);
  } catch {
    return { kind: 'malformed', what: 'utf8' };
  }
  try {
    const value: Json = JSON.parse(text);
    return { kind: 'json', value };
  } catch {
    return { kind: 'malformed', what: 'json' };
  }
}

/** Elements after the fifth are ignored, fewer than five are malformed (nerveshub.md, 2.3). */
export function decodeV2Text(data: Uint8Array): ClientMessage | Malformed {
  const json = decodeJson(data);
  return json.kind === 'malformed' ? json : fromFive(json.value);
}

/** Reads the five elements, wherever they came from. */
export function fromFive(value: Json): ClientMessage | Malformed {
  if (!isList(value)) return { kind: 'malformed', what: 'shape' };
  const [joinRef, ref, topic, event, payload] = value;
  if (topic === undefined || event === undefined || payload === undefined) {
    return { kind: 'malformed', what: 'shape' };
  }
  return clientMessage(joinRef, ref, topic, event, payload);
}

export function encodeV2Text(message: ServerMessage): string {
  return JSON.stringify(fiveElements(message));
}
