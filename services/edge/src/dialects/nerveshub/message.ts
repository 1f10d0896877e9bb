// The Phoenix messages that all four serializers carry: what a client sends and the four things a server says.
import type { Json } from '../dialect.js';

/** A reference chosen by the client. Echoed in the type it came in; MsgPack sockets use strings only. */
export type Ref = string | number | null;

/** The body of a message: JSON, or the raw bytes of a binary frame. */
export type Payload = Json | Uint8Array;

/** A JSON value that is not a list or an object. */
export type Scalar = string | number | boolean | null;

/** What a client sent. Holds no reference to the frame's bytes. */
export interface ClientMessage {
  readonly kind: 'message';
  readonly joinRef: Ref;
  readonly ref: Ref;
  /** A string from every real client; anything else is answered as an unmatched topic. */
  readonly topic: Scalar;
  readonly event: Scalar;
  readonly payload: Payload;
}

/** A frame that holds no message. `what` is fit for a counter's label. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly what: 'utf8' | 'json' | 'shape' | 'binary' | 'msgpack' | 'unexpected_text' | 'unexpected_binary';
}

export type ReplyStatus = 'ok' | 'error';

export type ServerMessage =
  | {
      readonly kind: 'reply';
      readonly joinRef: Ref;
      readonly ref: Ref;
      readonly topic: Scalar;
      readonly status: ReplyStatus;
      readonly response: Payload;
    }
  /** From one channel: carries its join ref and no ref. */
  | {
      readonly kind: 'push';
      readonly joinRef: Ref;
      readonly topic: string;
      readonly event: string;
      readonly payload: Payload;
    }
  /** To whoever listens on the topic: carries neither ref. */
  | { readonly kind: 'broadcast'; readonly topic: string; readonly event: string; readonly payload: Payload }
  /** The end of a channel: the join ref stands in both places. */
  | {
      readonly kind: 'closing';
      readonly joinRef: Ref;
      readonly topic: string;
      readonly event: 'phx_close' | 'phx_error';
      readonly payload: Json;
    };

/** Longest ref, topic or event in bytes of UTF-8: what the length bytes of a binary frame can say. */
export const MAX_NAME_BYTES = 255;

function isShort(text: string): boolean {
  return text.length <= MAX_NAME_BYTES && Buffer.byteLength(text) <= MAX_NAME_BYTES;
}

/** The message, or `shape` when a ref is not a ref or a name is longer than any real one. */
export function clientMessage(
  joinRef: Json | undefined,
  ref: Json | undefined,
  topic: Json,
  event: Json,
  payload: Payload,
): ClientMessage | Malformed {
  if (!isRef(joinRef) || !isRef(ref)) return { kind: 'malformed', what: 'shape' };
  if (!isName(topic) || !isName(event)) return { kind: 'malformed', what: 'shape' };
  return { kind: 'message', joinRef, ref, topic: scalar(topic), event: scalar(event), payload };
}

function isRef(value: Json | undefined): value is Ref {
  return value === null || typeof value === 'number' || (typeof value === 'string' && isShort(value));
}

function isName(value: Json): boolean {
  return typeof value !== 'string' || isShort(value);
}

/** Lists and objects are no topic at all; null stands for them, so that what is echoed stays small and flat. */
function scalar(value: Json): Scalar {
  return typeof value === 'object' ? null : value;
}

/** The five elements of a message as the V2 text and MsgPack serializers write it. */
export function fiveElements(message: ServerMessage): readonly [Ref, Ref, Scalar, string, unknown] {
  switch (message.kind) {
    case 'reply': {
      const body = { status: message.status, response: message.response };
      return [message.joinRef, message.ref, message.topic, 'phx_reply', body];
    }
    case 'push':
      return [message.joinRef, null, message.topic, message.event, message.payload];
    case 'broadcast':
      return [null, null, message.topic, message.event, message.payload];
    case 'closing':
      return [message.joinRef, message.joinRef, message.topic, message.event, message.payload];
  }
}
