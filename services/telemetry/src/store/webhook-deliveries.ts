// Lists deliveries, hands them out to be attempted, and keeps what became of them.
import { Fault } from '@mooring/runtime';
import type { Delivery, DeliveryState, Verdict } from '../domain/webhook.js';
import type { Pool } from './hot-pool.js';
import { rowsOf } from './rows.js';

interface Row {
  readonly id: string;
  readonly webhook_id: string;
  readonly event: string;
  readonly payload: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly last_status: number;
  readonly last_error: string;
  readonly created_at: Date;
  readonly next_attempt_at: Date | null;
  readonly settled_at: Date | null;
}

/** A delivery that is this process's to attempt, for as long as it was leased. */
export interface DueDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly payload: string;
  /** Before this one. */
  readonly attempts: number;
  readonly url: string;
  readonly sealedSecret: Buffer;
}

/** Attempts of one webhook at once, those of all replicas together. */
const PER_WEBHOOK = 4;

// A webhook whose receiver is slow gets no more than its own places.
const LEASE = `
WITH due AS (
  SELECT DISTINCT webhook_id FROM webhook_delivery WHERE state = 'waiting' AND next_attempt_at <= $1
), taken AS (
  SELECT d.id FROM due CROSS JOIN LATERAL (
    SELECT id FROM webhook_delivery w
    WHERE w.webhook_id = due.webhook_id AND state = 'waiting' AND next_attempt_at <= $1
      AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY next_attempt_at, id
    LIMIT greatest(0, ${PER_WEBHOOK} - (SELECT count(*) FROM webhook_delivery l
      WHERE l.webhook_id = due.webhook_id AND l.state = 'waiting' AND l.leased_until > $1))
    FOR UPDATE SKIP LOCKED
  ) AS d LIMIT $3
)
UPDATE webhook_delivery d SET leased_until = $2 FROM taken, webhook w
WHERE d.id = taken.id AND w.id = d.webhook_id
RETURNING d.id, d.webhook_id, d.payload, d.attempts, w.url, w.sealed_secret`;

// One that was delivered meanwhile, by a process whose lease had run out, stays so.
const SETTLE = `
UPDATE webhook_delivery SET state = $2, attempts = attempts + 1, last_status = $3, last_error = $4,
  leased_until = NULL, next_attempt_at = $5, settled_at = $6
WHERE id = $1 AND state = 'waiting'`;

const LIST = `
SELECT * FROM webhook_delivery
WHERE webhook_id = $1 AND ($2 = '' OR state = $2) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`;

const RETRY = `
UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_attempt_at = $3, settled_at = NULL
WHERE id = $1 AND webhook_id = $2 AND state = 'dead' RETURNING *`;

/** Takes at most `limit` deliveries that are due, for `leaseMs`. */
export async function leaseDue(
  pool: Pool,
  nowMs: number,
  leaseMs: number,
  limit: number,
): Promise<DueDelivery[]> {
  const values = [new Date(nowMs), new Date(nowMs + leaseMs), limit];
  const rows = await rowsOf<Row & { readonly url: string; readonly sealed_secret: Buffer }>(
    pool,
    LEASE,
    values,
  );
  return rows.map(({ id, webhook_id, payload, attempts, url, sealed_secret }) => ({
    id,
    webhookId: webhook_id,
    payload,
    attempts,
    url,
    sealedSecret: sealed_secret,
  }));
}

/** Keeps how an attempt ended. */
export async function settleDelivery(pool: Pool, id: string, verdict: Verdict, nowMs: number): Promise<void> {
  const { state, status, error } = verdict;
  const next = verdict.state === 'waiting' ? new Date(nowMs + verdict.afterS * 1000) : null;
  const settled = verdict.state === 'waiting' ? null : new Date(nowMs);
  await rowsOf(pool, SETTLE, [id, state, status, error, next, settled]);
}

/** Newest first, at most `limit`. */
export async function listDeliveries(
  pool: Pool,
  webhookId: string,
  state: DeliveryState | '',
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<Delivery[]> {
  const rows = await rowsOf<Row>(pool, LIST, [webhookId, state, page.before ?? null, page.limit]);
  return rows.map(deliveryOf);
}

/** Sends a dead one again, as if for the first time. Faults `not_found`, and `conflict` when it is not dead. */
export async function retryDelivery(
  pool: Pool,
  webhookId: string,
  id: string,
  nowMs: number,
): Promise<Delivery> {
  const [row] = await rowsOf<Row>(pool, RETRY, [id, webhookId, new Date(nowMs)]);
  if (row !== undefined) return deliveryOf(row);
  const there = 'SELECT 1 FROM webhook_delivery WHERE id = $1 AND webhook_id = $2';
  if ((await rowsOf(pool, there, [id, webhookId])).length === 0)
    throw new Fault('not_found', 'no such delivery');
  throw new Fault('conflict', 'only a dead delivery is sent again');
}

/** How many deliveries wait, and since when the oldest has been due, in seconds; 0 when none is. */
export async function backlog(pool: Pool, nowMs: number): Promise<{ waiting: number; overdueS: number }> {
  const [row] = await rowsOf<{ waiting: number; due: Date | null }>(
    pool,
    `SELECT count(*)::int AS waiting, min(next_attempt_at) AS due FROM webhook_delivery WHERE state = 'waiting'`,
    [],
  );
  const { waiting = 0, due = null } = row ?? {};
  return { waiting, overdueS: due === null ? 0 : Math.max(0, nowMs - due.getTime()) / 1000 };
}

function deliveryOf(row: Row): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    event: row.event,
    payload: row.payload,
    state: row.state,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAtMs: row.created_at.getTime(),
    ...(row.next_attempt_at === null ? {} : { nextAttemptAtMs: row.next_attempt_at.getTime() }),
    ...(row.state === 'delivered' && row.settled_at !== null
      ? { deliveredAtMs: row.settled_at.getTime() }
      : {}),
  };
}
