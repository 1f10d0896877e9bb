// JSON objects from outside, in the form that the store can hold.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const MAX_DEPTH = 32;

/**
 * A JSON object of at most `maxBytes`, nested at most 32 deep; undefined for anything else. NUL and lone surrogates,
 * which jsonb cannot hold, are taken out of its strings.
 */
export function parseObject(text: string, maxBytes: number): JsonObject | undefined {
  if (Buffer.byteLength(text) > maxBytes) return undefined;
  try {
    const value = storable(JSON.parse(text), 0);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function storable(value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deep');
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((each: Json) => storable(each, depth + 1));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => [clean(key), storable(each, depth + 1)]);
  return Object.fromEntries(entries) as JsonObject;
}

function clean(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd').replaceAll('\0', '');
}
