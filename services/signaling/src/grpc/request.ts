// Checks what requests about watch sessions have in common: ids, organizations, pages.
import { Fault } from '@mooring/runtime';
import type { Place } from '../store/sessions.js';
import { isSessionId } from '../watching/request.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** The id if it can be one. Fault `not_found`, as for one that does not exist. */
export function sessionIdOf(given: string): string {
  const id = given.toLowerCase();
  if (isSessionId(id)) return id;
  throw new Fault('not_found', 'no such watch session');
}

/** Those that can be organizations. */
export function organizationsOf(given: readonly string[]): string[] {
  return given.map((id) => id.toLowerCase()).filter(isSessionId);
}

/** The device that a list is confined to; undefined for all. Fault `invalid`. */
export function deviceOf(given: string): string | undefined {
  if (given === '') return undefined;
  if (isSessionId(given.toLowerCase())) return given.toLowerCase();
  throw new Fault('invalid', 'device_id is not a UUID');
}

/** How many items a page has: 50 when 0. Fault `invalid` above 500. */
export function limitOf(limit: number): number {
  if (limit > MAX_LIMIT) throw new Fault('invalid', `limit is at most ${MAX_LIMIT}`);
  return limit === 0 ? DEFAULT_LIMIT : limit;
}

/** The place that a cursor names; undefined for none. Fault `invalid`. */
export function placeOf(cursor: string): Place | undefined {
  if (cursor === '') return undefined;
  const [, time, id = ''] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  if (time !== undefined && isSessionId(id)) return { createdAtMs: Number(time), id };
  throw new Fault('invalid', 'the cursor is not one of this list', {
    details: [{ field: 'cursor', message: 'is not one of this list' }],
  });
}

export function cursorOf({ createdAtMs, id }: Place): string {
  return `${createdAtMs}.${id}`;
}
