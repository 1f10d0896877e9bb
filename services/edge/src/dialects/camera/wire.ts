// The envelope that cameras and viewers share: one JSON object per text frame. Keeps no reference to a frame's bytes.
import type { Json, JsonObject } from '../dialect.js';

/** A request id longer than this, in characters, cannot be echoed and counts as odd. */
export const MAX_REQUEST_ID = 256;

/** An envelope that could be read. */
export interface Message {
  readonly kind: 'message';
  readonly type: string;
  /** Present only when the peer gave one that can be echoed. */
  readonly requestId?: string;
  /** The peer's own time in epoch milliseconds; for the record only, since peers' clocks are not trusted. */
  readonly tsMs?: number;
  readonly payload: JsonObject;
  /** Members that were tolerated although they are not as specified. */
  readonly odd: readonly OddMember[];
}

/** A frame that holds no usable envelope; the request id is kept when it could be read, so that the error reaches its sender. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly what: 'json' | 'envelope' | 'payload';
  readonly requestId?: string;
}

export type Decoded = Message | Malformed;
export type OddMember = 'ts' | 'request_id';

// Fatal, so that bytes which are not UTF-8 are malformed and never silently replaced.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads one text frame. Total: whatever the bytes, the result is a value. */
export function decode(data: Uint8Array): Decoded {
  let envelope: Json;
  try {
    envelope = JSON.parse(utf8.decode(data)) as Json;
  } catch {
    return { kind: 'malformed', what: 'json' };
  }
  if (!isObject(envelope)) return { kind: 'malformed', what: 'envelope' };
  const { type, payload = {}, request_id: given, ts } = envelope;
  const requestId = typeof given === 'string' && given.length <= MAX_REQUEST_ID ? { requestId: given } : {};
  if (typeof type !== 'string') return { kind: 'malformed', what: 'envelope', ...requestId };
  if (!isObject(payload)) return { kind: 'malformed', what: 'payload', ...requestId };

  const odd: OddMember[] = [];
  const tsMs = parseTs(ts);
  if (tsMs === undefined) odd.push('ts');
  if (given !== undefined && given !== null && !('requestId' in requestId)) odd.push('request_id');
  return { kind: 'message', type, ...requestId, ...(tsMs === undefined ? {} : { tsMs }), payload, odd };
}

/**
 * Writes one message. `now` is epoch milliseconds; `request_id` is left out when there is none, because a null one
 * makes clients look for a request that they never sent.
 */
export function encode(type: string, payload: JsonObject, now: number, requestId?: string): string {
  const request = requestId === undefined ? {} : { request_id: requestId };
  return JSON.stringify({ type, ...request, ts: formatTs(now), payload });
}

/** ISO 8601 with milliseconds and Z. */
export function formatTs(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

const TS = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Epoch milliseconds of a peer's `ts`, or undefined for one that is missing or odd. Text without an offset is UTC:
 * the seed author's device program writes microseconds and no zone (camera.md, section 1).
 */
export function parseTs(ts: Json | undefined): number | undefined {
  const parts = typeof ts === 'string' ? TS.exec(ts) : null;
  if (parts === null) return undefined;
  const [, date, time, fraction = '', zone = 'Z'] = parts;
  const epochMs = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** True for a JSON object, false for null, an array or a scalar. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Postgres keeps neither NUL nor half a surrogate pair in text, so such text could never be stored.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** True for text that every store behind the edge can keep. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** A name that a peer gives for a device or a session: 1 to 128 characters, none of them a control character. */
export function isIdentifier(value: Json | undefined): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= 128 &&
    !CONTROL.test(value) &&
    isStorableText(value)
  );
}
