// Decides what of a transaction is new: claims the identities of its batches and of the reports in them.
import type { transaction } from '@mooring/runtime';
import { seenBy } from './durable.js';
import { batchColumns, firstOfEach, reportColumns, reportsOf, type StorableBatch } from './identity.js';

/** The connection that a transaction runs on. */
export type Client = Parameters<Parameters<typeof transaction>[1]>[0];

const CLAIM_BATCHES = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::int8[]) AS b (owner, node, boot, sequence)
), claimed AS (
  INSERT INTO batch_seen (durable, node, boot, sequence)
  SELECT ${seenBy.readings}, node, boot, sequence FROM given
  ON CONFLICT DO NOTHING RETURNING node, boot, sequence
)
SELECT owner FROM given JOIN claimed USING (node, boot, sequence)`;

const CLAIM_REPORTS = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::int8[], $3::text[], $4::int8[], $5::int4[], $6::int2[]) WITH ORDINALITY
    AS r (batch, device_number, boot, seq, entry, metric_id, nth)
), claimed AS (
  INSERT INTO report_seen (device_number, boot, seq, entry, metric_id)
  SELECT device_number, boot, seq, entry, metric_id FROM given
  ON CONFLICT DO NOTHING RETURNING device_number, boot, seq, entry, metric_id
)
SELECT (nth - 1)::int4 AS nth FROM given JOIN claimed USING (device_number, boot, seq, entry, metric_id)`;

/** What became of one batch. */
export interface ClaimedBatch {
  /** False: it had been stored before, and nothing of it is new. */
  readonly fresh: boolean;
  /** Readings of a fresh batch that are not new, because the device had sent the same report before. */
  readonly repeated: ReadonlySet<number>;
}

/** Claims the batches within the transaction of `client`; another transaction that claims the same waits for its end. */
export async function claim(
  client: Client,
  batches: readonly StorableBatch[],
): Promise<readonly ClaimedBatch[]> {
  const fresh = await claimBatches(client, batches);
  const repeated = await claimReports(client, batches, fresh);
  return fresh.map((isFresh, index) => ({ fresh: isFresh, repeated: repeated[index] ?? NONE }));
}

const NONE: ReadonlySet<number> = new Set();

async function claimBatches(client: Client, batches: readonly StorableBatch[]): Promise<boolean[]> {
  const values = [...batchColumns(batches, firstOfEach(batches))];
  const { rows } = await client.query<{ owner: number }>({
    name: 'claim_batches',
    text: CLAIM_BATCHES,
    values,
  });
  const owners = new Set(rows.map(({ owner }) => owner));
  return batches.map((_, index) => owners.has(index));
}

/** The readings of each batch that repeat a report. */
async function claimReports(
  client: Client,
  batches: readonly StorableBatch[],
  fresh: readonly boolean[],
): Promise<readonly ReadonlySet<number>[]> {
  const { reports, repeated } = reportsOf(batches, fresh);
  if (reports.length === 0) return repeated;
  const { rows } = await client.query<{ nth: number }>({
    name: 'claim_reports',
    text: CLAIM_REPORTS,
    values: [...reportColumns(reports)],
  });
  const claimed = new Set(rows.map(({ nth }) => nth));
  for (const [nth, { batch, reading }] of reports.entries()) {
    if (!claimed.has(nth)) repeated[batch]?.add(reading);
  }
  return repeated;
}
