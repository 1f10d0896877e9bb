// Reading and building plain JSON objects without trusting or inventing members.

import type { Json, JsonObject } from './dialect.js';

export type UnknownMembers = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): UnknownMembers | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as UnknownMembers)
    : undefined;
}

/** The members that are there: an absent fact must not overwrite a known one. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

export function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}
