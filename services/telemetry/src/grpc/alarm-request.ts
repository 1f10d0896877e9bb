// Checks what requests about alarms and webhooks have in common: ids, organizations, pages, keys of repetition.
import { Fault } from '@mooring/runtime';
import { limitOf } from './request.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The longest key of people, and who they are. */
const MAX_KEY = 400;

/** The id if it can be one. Fault `not_found`, as for one that does not exist. */
export function idOf(given: string, what: string): string {
  const id = given.toLowerCase();
  if (UUID.test(id)) return id;
  throw new Fault('not_found', `no such ${what}`);
}

/** Those that can be organizations. */
export function organizationsOf(given: readonly string[]): string[] {
  return given.map((id) => id.toLowerCase()).filter((id) => UUID.test(id));
}

/** A page of things that are told apart by their ids; `after` is the last one of the page before. Fault `invalid`. */
export function pageOf({ limit, cursor }: { readonly limit: number; readonly cursor: string }): {
  readonly limit: number;
  readonly after: string | undefined;
} {
  if (cursor !== '' && !UUID.test(cursor)) throw new Fault('invalid', 'cursor is malformed');
  return { limit: limitOf(limit), after: cursor === '' ? undefined : cursor };
}

/** Cuts `limit + 1` things down to a page. */
export function paged<T extends { readonly id: string }>(things: readonly T[], limit: number) {
  const items = things.slice(0, limit);
  return { items, nextCursor: things.length > limit ? (items.at(-1)?.id ?? '') : '' };
}

/** A request that makes something, as it is recognised when it comes again. Fault `invalid`. */
export function onceOf(key: string, method: string, request: object) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the store holds no NUL, and the rest is no key.
  if (key.length > MAX_KEY || /[\u0000-\u001f]/.test(key)) throw new Fault('invalid', 'the key is malformed');
  return { key, request: { method, ...request } };
}

/** One of a closed set, or empty for all. Fault `invalid`. */
export function oneOf<T extends string>(given: string, known: readonly T[], field: string): T | '' {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  if (given === '') return '';
  const message = `must be one of ${known.join(', ')}`;
  throw new Fault('invalid', `${field} ${message}`, { details: [{ field, message }] });
}
