// Remembers for a day what a request with an idempotency key made, so that its repetition makes nothing more.
import { createHash } from 'node:crypto';
import { Fault } from '@mooring/runtime';
import type { Client } from './claim.js';

/** A request that may be repeated. */
export interface Once {
  /** Scoped to whoever asks; empty promises nothing. */
  readonly key: string;
  /** All that must be the same for it to be the same request; JSON. */
  readonly request: unknown;
}

const CLAIM = `
INSERT INTO idempotency (key, request_hash, resource_id, created_at) VALUES ($1, $2, $3, now())
ON CONFLICT (key) DO UPDATE
SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, created_at = now()
WHERE idempotency.created_at < now() - interval '24 hours' RETURNING key`;

/**
 * Claims the key for what the transaction is about to make. Answers the id that the first request made when this is its
 * repetition, else undefined; a concurrent one waits for the first. Fault `conflict` when the key belongs to another request.
 */
export async function claimOnce(client: Client, once: Once, resourceId: string): Promise<string | undefined> {
  if (once.key === '') return undefined;
  const hash = createHash('sha256').update(JSON.stringify(once.request)).digest();
  const { rowCount } = await client.query(CLAIM, [once.key, hash, resourceId]);
  if (rowCount !== 0) return undefined;
  const { rows } = await client.query<{ request_hash: Buffer; resource_id: string }>(
    'SELECT request_hash, resource_id FROM idempotency WHERE key = $1',
    [once.key],
  );
  const [first] = rows;
  if (first === undefined || !hash.equals(first.request_hash)) {
    throw new Fault('conflict', 'this idempotency key belongs to another request');
  }
  return first.resource_id;
}
