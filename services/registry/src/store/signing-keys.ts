// The keys that sign people's tokens, with their private halves sealed.
import type { JsonObject } from '../domain/json.js';
import type { Orm } from './orm.js';

export interface StoredSigningKey {
  readonly kid: string;
  readonly publicJwk: JsonObject;
  readonly sealedPrivate: Uint8Array;
}

export function signingKeys(orm: Orm) {
  return {
    /** All keys, the oldest first; keeps `spare` as the first one when there is none. */
    async ensure(spare: StoredSigningKey): Promise<readonly StoredSigningKey[]> {
      return orm.transact(async (db) => {
        // Replicas that start together must agree on one key.
        await db.$executeRaw`SELECT pg_advisory_xact_lock(7266702)`;
        if ((await db.signingKey.count({ take: 1 })) === 0) {
          await db.signingKey.create({ data: { ...spare, sealedPrivate: Buffer.from(spare.sealedPrivate) } });
        }
        const found = await db.signingKey.findMany({ orderBy: [{ createdAt: 'asc' }, { kid: 'asc' }] });
        return found.map((row) => ({ ...row, publicJwk: row.publicJwk as JsonObject }));
      });
    },
  };
}
