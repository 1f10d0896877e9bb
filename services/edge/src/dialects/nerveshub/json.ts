// Reading what devices wrote: total, typed access to JSON, and copies cut to a size that logs and profiles can keep.
import type { Json, JsonObject } from '../dialect.js';
import type { Payload } from './message.js';

export function isObject(value: Payload | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

export function isList(value: Payload | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The payload as an object; everything else counts as one without members (as the reference does on join). */
export function fieldsOf(payload: Payload | undefined): JsonObject {
  return isObject(payload) ? payload : {};
}

/** Own members only, so that no name reaches the object's prototype. */
export function member(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

// Postgres keeps neither NUL nor half a surrogate pair, and people's terminals obey the other control characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point.
const UNSHOWABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Surrogate}]/gu;

/** At most `maxChars` UTF-16 units, with what cannot be stored or shown replaced. Line ends and tabs stay. */
function cleanText(text: string, maxChars: number): string {
  return text.slice(0, maxChars).replace(UNSHOWABLE, '\ufffd');
}

/** Clean text, or undefined for anything that is not a string. */
export function textOf(value: Json | undefined, maxChars: number): string | undefined {
  return typeof value === 'string' ? cleanText(value, maxChars) : undefined;
}

/** A finite number, or undefined. Numbers written as text count: hand-made clients send them. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return undefined;
  return Number(value);
}

const MAX_DEPTH = 4;
const MAX_ENTRIES = 32;
const MAX_TEXT = 512;
const MAX_KEY = 64;

/**
 * A copy of at most 4 levels, 32 entries each and `budget` values in all; text is cut at 512 characters.
 * What lies deeper or comes later is left out.
 */
export function boundedJson(value: Json, budget = 128): Json {
  const left = { values: budget };
  return copy(value, 0, left) ?? null;
}

function copy(value: Json, depth: number, left: { values: number }): Json | undefined {
  if (left.values <= 0) return undefined;
  left.values -= 1;
  if (typeof value === 'string') return cleanText(value, MAX_TEXT);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (isList(value)) {
    return value
      .slice(0, MAX_ENTRIES)
      .map((entry) => copy(entry, depth + 1, left))
      .filter((entry) => entry !== undefined);
  }
  const entries: [string, Json][] = [];
  for (const [key, entry] of Object.entries(value).slice(0, MAX_ENTRIES)) {
    const kept = key === '__proto__' ? undefined : copy(entry, depth + 1, left);
    if (kept !== undefined) entries.push([cleanText(key, MAX_KEY), kept]);
  }
  return Object.fromEntries(entries);
}

/** `boundedJson` for what has to be an object. */
export function boundedObject(value: Json | undefined, budget = 128): JsonObject {
  return fieldsOf(isObject(value) ? boundedJson(value, budget) : undefined);
}
