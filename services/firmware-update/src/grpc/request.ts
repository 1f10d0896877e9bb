// Checks what requests about firmware have in common: ids, organizations, pages, keys of repetition.
import { Fault, type FaultDetail } from '@mooring/runtime';
import { ArtifactKind, artifactKind } from '../domain/artifact.js';
import type { Page } from '../store/artifacts.js';
import type { Once } from '../store/idempotency.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The longest key of people, and who they are. */
const MAX_KEY = 400;

/** The id, in lower case, if it can be one; the variant of a UUID is not asked for. Fault `not_found`. */
export function idOf(given: string, what: string): string {
  const id = given.toLowerCase();
  if (UUID.test(id)) return id;
  throw new Fault('not_found', `no such ${what}`);
}

/** Those that can be ids, in lower case. */
export function idsOf(given: readonly string[]): string[] {
  return given.map((id) => id.toLowerCase()).filter((id) => UUID.test(id));
}

/** The kind that a request names. Fault `invalid`. */
export function kindOf(given: string | undefined): ArtifactKind {
  const kind = artifactKind(given ?? ArtifactKind.firmware);
  if (kind === undefined) throw new Fault('invalid', 'kind is neither firmware nor archive');
  return kind;
}

/** The one organization that a thing is to belong to. Fault `invalid`. */
export function ownerOf(given: string): string {
  const [id] = idsOf([given]);
  if (id === undefined) throw new Fault('invalid', 'organization_id is no UUID');
  return id;
}

/** A page of things that are told apart by their ids. Fault `invalid`. */
export function pageOf({ limit, cursor }: { readonly limit: number; readonly cursor: string }): Page {
  if (limit > MAX_LIMIT) throw new Fault('invalid', `limit is at most ${MAX_LIMIT}`);
  if (cursor !== '' && !UUID.test(cursor)) {
    const details = [{ field: 'cursor', message: 'is not one of this list' }];
    throw new Fault('invalid', 'the cursor is not one of this list', { details });
  }
  return { limit: limit === 0 ? DEFAULT_LIMIT : limit, after: cursor === '' ? undefined : cursor };
}

/** Reads one more than the page has, and cuts it down to the page. */
export async function paged<T extends { readonly id: string }>(
  page: Page,
  read: (page: Page) => Promise<T[]>,
): Promise<{ readonly items: T[]; readonly nextCursor: string }> {
  const things = await read({ ...page, limit: page.limit + 1 });
  const items = things.slice(0, page.limit);
  return { items, nextCursor: things.length > page.limit ? (items.at(-1)?.id ?? '') : '' };
}

/** A request that makes something, as it is recognised when it comes again. Fault `invalid`. */
export function onceOf(key: string, method: string, request: object): Once {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the store holds no NUL, and the rest is no key.
  if (key.length > MAX_KEY || /[\u0000-\u001f]/.test(key)) throw new Fault('invalid', 'the key is malformed');
  return { key, request: { method, ...request } };
}

/** Fault `invalid` that says which fields are wrong, and how. */
export function wrongFields(details: readonly FaultDetail[]): Fault {
  const [first] = details;
  return new Fault('invalid', first === undefined ? 'invalid' : `${first.field} ${first.message}`, {
    details,
  });
}
