// Decides what a device still has to change: what is desired and not reported.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Every member of `desired` that `reported` lacks or has otherwise; objects are compared member by member. */
export function deltaOf(desired: JsonObject, reported: JsonObject): JsonObject {
  const delta: [string, Json][] = [];
  for (const [key, want] of Object.entries(desired)) {
    const have = Object.hasOwn(reported, key) ? reported[key] : undefined;
    if (isObject(want) && isObject(have)) {
      const inner = deltaOf(want, have);
      if (Object.keys(inner).length > 0) delta.push([key, inner]);
    } else if (have === undefined || !same(want, have)) {
      delta.push([key, want]);
    }
  }
  return Object.fromEntries(delta);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index] ?? null));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    const other = b;
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && same(a[key] ?? null, other[key] ?? null))
    );
  }
  return a === b;
}
