// Lists: how much of one is asked for, and how its answer goes on.
import { type TProperties, type TSchema, Type } from 'typebox';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `${DEFAULT_LIMIT} when absent` }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 1000, description: '`next_cursor` of the page before' })),
};

/** The query of a list, with its own filters. */
export function PageQuery<T extends TProperties>(filters: T) {
  return Type.Object({ ...pageQuery, ...filters }, { additionalProperties: false });
}

export const PlainPage = PageQuery({});

/** One page of a list. */
export function Page<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'null on the last page' }),
  });
}

/** The page of a request as services take it. */
export function pageOf(query: { readonly limit?: number; readonly cursor?: string }) {
  return { limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? '' };
}

/** The page that a service answered, each item made JSON. */
export function pageFrom<M, T>(
  reply: { readonly items: readonly M[]; readonly nextCursor: string },
  toJson: (item: M) => T,
): { items: T[]; next_cursor: string | null } {
  return { items: reply.items.map(toJson), next_cursor: reply.nextCursor === '' ? null : reply.nextCursor };
}
