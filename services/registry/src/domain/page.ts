// Pages of a list: how many rows, and after which.
import { Fault } from '@mooring/runtime';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** Where a page begins. `after` is the sort key of the last row of the page before. */
export interface Page {
  readonly limit: number;
  readonly after?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  /** Empty when this was the last page. */
  readonly nextCursor: string;
}

/** The kinds of sort key that a list can have. */
export const keyPattern = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  number: /^\d{1,18}$/,
} as const;

/** Reads limit (0 means the default, more than the maximum means the maximum) and cursor. Fault `invalid` for a cursor that no page gave. */
export function page(limit: number, cursor: string, key: keyof typeof keyPattern = 'uuid'): Page {
  const bounded = Math.min(limit === 0 ? DEFAULT_LIMIT : limit, MAX_LIMIT);
  if (cursor === '') return { limit: bounded };
  const after = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!keyPattern[key].test(after)) {
    throw new Fault('invalid', 'cursor is not one that a list gave', {
      details: [{ field: 'cursor', message: 'is not one that a list gave' }],
    });
  }
  return { limit: bounded, after };
}

/** Cuts `limit + 1` rows down to a page. */
export function paged<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Paged<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? Buffer.from(keyOf(last), 'latin1').toString('base64url') : '' };
}
