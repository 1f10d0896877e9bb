// What a device is wanted to be: how it is changed, and what of it a plug is held to.
import { Fault } from '@mooring/runtime';
import { Problems } from './fields.js';
import { type Json, type JsonObject, parseObject } from './json.js';

const MAX_DESIRED_BYTES = 8 * 1024;

/** What a plug does when its power comes back. */
export const PowerOn = { on: 'on', off: 'off', restore: 'restore', leave: 'leave' } as const;
export type PowerOn = (typeof PowerOn)[keyof typeof PowerOn];

/** A merge patch as it came. Fault `invalid` unless it is a JSON object of at most 8 KiB. */
export function parsePatch(json: string): JsonObject {
  const patch = parseObject(json, MAX_DESIRED_BYTES);
  if (patch !== undefined) return patch;
  const message = `must be a JSON object of at most ${MAX_DESIRED_BYTES} bytes`;
  throw new Fault('invalid', `desired ${message}`, { details: [{ field: 'desired', message }] });
}

/** RFC 7396: members that are null go, objects are merged, everything else is replaced. */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? mergePatch(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

/** Fault `invalid` when it is larger than 8 KiB, or holds what a plug cannot be. */
export function checkDesired(dialect: string, desired: JsonObject): void {
  const problems = new Problems();
  if (Buffer.byteLength(JSON.stringify(desired)) > MAX_DESIRED_BYTES)
    problems.add('desired', `must have at most ${MAX_DESIRED_BYTES} bytes`);
  if (dialect === 'kinetid') {
    const { on, power_on: powerOn } = desired as { readonly on?: Json; readonly power_on?: Json };
    if (on !== undefined && typeof on !== 'boolean') problems.add('on', 'must be true or false');
    if (powerOn !== undefined && !isPowerOn(powerOn))
      problems.add('power_on', `must be one of ${Object.keys(PowerOn).join(', ')}`);
  }
  problems.check();
}

export function isPowerOn(value: unknown): value is PowerOn {
  return typeof value === 'string' && Object.hasOwn(PowerOn, value);
}

/** The member `on` of a state, where it is one. */
export function onOf(state: JsonObject): boolean | undefined {
  return typeof state['on'] === 'boolean' ? state['on'] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
