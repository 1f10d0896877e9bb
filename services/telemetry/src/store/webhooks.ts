// Keeps webhooks; their secrets rest sealed.
import { randomBytes } from 'node:crypto';
import { Fault, seal, transaction, unseal, uuidv7 } from '@mooring/runtime';
import type { NewWebhook, Webhook } from '../domain/webhook.js';
import type { Pool } from './hot-pool.js';
import { claimOnce, type Once } from './idempotency.js';
import { rowsOf } from './rows.js';

const MAX_PER_ORGANIZATION = 20;
const SECRET_BYTES = 32;

interface Row {
  readonly id: string;
  readonly organization_id: string;
  readonly url: string;
  readonly name: string;
  readonly sealed_secret: Buffer;
  readonly created_at: Date;
}

const BY_ID = 'SELECT * FROM webhook WHERE id = $1 AND organization_id = ANY ($2::uuid[])';
const LIST = `
SELECT * FROM webhook WHERE organization_id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`;
const INSERT = `
INSERT INTO webhook (id, organization_id, url, name, sealed_secret, created_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING *`;

/** The webhook and its secret, which is shown this once, and to a repetition of the same request. */
export interface MadeWebhook {
  readonly webhook: Webhook;
  /** 32 random bytes. */
  readonly secret: Buffer;
}

/** Fault `exhausted` beyond 20 of one organization, `conflict` when the key belongs to another request. */
export async function createWebhook(
  pool: Pool,
  masterKey: Buffer,
  made: NewWebhook,
  nowMs: number,
  once: Once,
): Promise<MadeWebhook> {
  return transaction(pool, async (client) => {
    const id = uuidv7();
    const earlier = await claimOnce(client, once, id);
    if (earlier !== undefined) {
      const row = found((await client.query<Row>(BY_ID, [earlier, [made.organizationId]])).rows[0]);
      return { webhook: webhookOf(row), secret: openSecret(masterKey, row.id, row.sealed_secret) };
    }
    // Two at once must not both be the twentieth.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [made.organizationId]);
    const count = 'SELECT count(*)::int AS count FROM webhook WHERE organization_id = $1';
    const [kept] = (await client.query<{ count: number }>(count, [made.organizationId])).rows;
    if ((kept?.count ?? 0) >= MAX_PER_ORGANIZATION) {
      throw new Fault('exhausted', `an organization has at most ${MAX_PER_ORGANIZATION} webhooks`);
    }
    const secret = randomBytes(SECRET_BYTES);
    const sealed = seal(masterKey, nameOf(id), secret.toString('base64'));
    const values = [id, made.organizationId, made.url, made.name, sealed, new Date(nowMs)];
    return { webhook: webhookOf(found((await client.query<Row>(INSERT, values)).rows[0])), secret };
  });
}

/** In the order of their ids, at most `limit`. */
export async function listWebhooks(
  pool: Pool,
  organizationIds: readonly string[],
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<Webhook[]> {
  const rows = await rowsOf<Row>(pool, LIST, [organizationIds, page.after ?? null, page.limit]);
  return rows.map(webhookOf);
}

/** Fault `not_found`. */
export async function getWebhook(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
): Promise<Webhook> {
  return webhookOf(found((await rowsOf<Row>(pool, BY_ID, [id, organizationIds]))[0]));
}

/** With its deliveries, sent or not. Fault `not_found`. */
export async function deleteWebhook(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
): Promise<void> {
  const text = 'DELETE FROM webhook WHERE id = $1 AND organization_id = ANY ($2::uuid[]) RETURNING *';
  found((await rowsOf<Row>(pool, text, [id, organizationIds]))[0]);
}

/** Opens what was sealed for this webhook. Fault `invalid` when it was sealed with another key. */
export function openSecret(masterKey: Buffer, webhookId: string, sealed: Uint8Array): Buffer {
  return Buffer.from(unseal(masterKey, nameOf(webhookId), sealed), 'base64');
}

function nameOf(webhookId: string): string {
  return `webhook ${webhookId}`;
}

function webhookOf({ id, organization_id, url, name, created_at }: Row): Webhook {
  return { id, organizationId: organization_id, url, name, createdAtMs: created_at.getTime() };
}

function found(row: Row | undefined): Row {
  if (row === undefined) throw new Fault('not_found', 'no such webhook');
  return row;
}
