// Remembers for a day what a request with an idempotency key made, so that its repetition makes nothing more.
import { createHash } from 'node:crypto';
import { Fault, postgresFault } from '@mooring/runtime';
import type { Database } from './client.js';
import type { Prisma } from './generated/client.js';

/** A request that may be repeated. */
export interface Once {
  /** Scoped to whoever asks; empty promises nothing. */
  readonly key: string;
  /** All that must be the same for it to be the same request; JSON. */
  readonly request: unknown;
}

/**
 * Claims the key for what the transaction is about to make. Answers the id that the first request made when this is its
 * repetition, else undefined; a concurrent one waits for the first. Fault `conflict` when the key is another request's.
 */
export async function claimOnce(
  tx: Prisma.TransactionClient,
  once: Once,
  resourceId: string,
): Promise<string | undefined> {
  if (once.key === '') return undefined;
  const hash = createHash('sha256').update(JSON.stringify(once.request)).digest();
  const claimed = await tx.$executeRaw`
    INSERT INTO idempotency (key, request_hash, resource_id, created_at)
    VALUES (${once.key}, ${hash}, ${resourceId}::uuid, now())
    ON CONFLICT (key) DO UPDATE
    SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, created_at = now()
    WHERE idempotency.created_at < now() - interval '24 hours'`;
  if (claimed > 0) return undefined;
  const first = await tx.idempotency.findUnique({ where: { key: once.key } });
  if (first === null || !hash.equals(first.requestHash)) {
    throw new Fault('conflict', 'this idempotency key belongs to another request');
  }
  return first.resourceId;
}

/** Forgets those that were made before `beforeMs`. */
export async function forgetKeys(database: Database, beforeMs: number): Promise<void> {
  try {
    await database.idempotency.deleteMany({ where: { createdAt: { lt: new Date(beforeMs) } } });
  } catch (error) {
    throw postgresFault(error);
  }
}
