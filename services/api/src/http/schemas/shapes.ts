// Shapes that many routes share: ids, times, pages, keys of repetition.
import { type TSchema, Type } from 'typebox';

export const Id = Type.String({ format: 'uuid', description: 'UUIDv7' });
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, milliseconds, UTC' });
export const Empty = Type.Null({ description: 'Done; there is nothing to say.' });

/** The same, or null. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** A JSON object of which nothing is known. */
export const AnyObject = Type.Record(Type.String(), Type.Unknown());

export const IdParams = Type.Object({ id: Id });

/** A tag that devices are chosen by, such as a room. */
export const Tag = Type.String({ minLength: 1, maxLength: 100 });

/** What a name, as people give it, may be. */
export const Name = Type.String({ minLength: 1, maxLength: 200 });

/** A certificate; whoever reads it bounds it too. */
export const Pem = Type.String({ maxLength: 32_768, description: 'PEM of one certificate' });

/** Headers of a POST that makes something. */
export const Repeatable = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Repeated, it answers what the first one made.',
    }),
  ),
});

/** The key of a repeatable request, empty for none. */
export function idempotencyKey(headers: { readonly 'idempotency-key'?: string }): string {
  return headers['idempotency-key'] ?? '';
}

export const FirmwareUuid = Type.String({
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  description: 'As fwup computes it from the metadata; no strict RFC 4122 UUID',
});
