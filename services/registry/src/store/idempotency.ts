// Remembers for a day what a request with an idempotency key made, so that its repetition makes nothing more.
import { createHash } from 'node:crypto';
import { Fault } from '@mooring/runtime';
import type { Db } from './orm.js';

/** A request that may be repeated. An empty key promises nothing. */
export interface Once {
  /** Who asks: keys of different principals never meet. */
  readonly actor: string;
  readonly key: string;
  /** All that must be the same for it to be the same request; JSON. */
  readonly request: unknown;
}

/**
 * Claims the key for `resourceId`, which the transaction is about to make. Answers the id that the first request made
 * when this is its repetition, else undefined. Fault `conflict` when the key belongs to another request. A concurrent
 * repetition waits for the first one's transaction.
 */
export async function claim(db: Db, once: Once, resourceId: string): Promise<string | undefined> {
  if (once.key === '') return undefined;
  const hash = createHash('sha256').update(JSON.stringify(once.request)).digest();
  const mine = await db.$queryRaw<unknown[]>`
    INSERT INTO idempotency (actor, key, request_hash, resource_id, created_at)
    VALUES (${once.actor}, ${once.key}, ${hash}, ${resourceId}, now())
    ON CONFLICT (actor, key) DO UPDATE
    SET request_hash = EXCLUDED.request_hash, resource_id = EXCLUDED.resource_id, created_at = now()
    WHERE idempotency.created_at < now() - interval '24 hours'
    RETURNING key`;
  if (mine.length > 0) return undefined;
  const first = await db.idempotency.findUniqueOrThrow({
    where: { actor_key: { actor: once.actor, key: once.key } },
  });
  if (!hash.equals(first.requestHash)) {
    throw new Fault('conflict', 'this idempotency key belongs to another request');
  }
  return first.resourceId;
}
