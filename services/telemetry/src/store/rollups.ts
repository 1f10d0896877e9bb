// Writes rollups: in one transaction claims the batches, sums up what is new in them, and adds it at every level.
// 5 µs of Postgres a row and level, whatever the number of readings in it: that is why readings are gathered first.
import { transaction } from '@mooring/runtime';
import { type Level, levels } from '../domain/level.js';
import { type KeyedRollup, Rollups } from '../domain/rollups.js';
import { Column } from './column.js';
import { seenBy } from './durable.js';
import type { Pool } from './hot-pool.js';
import { batchColumns, firstOfEach, reportColumns, reportsOf, type StorableBatch } from './identity.js';

type Client = Parameters<Parameters<typeof transaction>[1]>[0];

const CLAIM_BATCHES = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::int8[]) AS b (owner, node, boot, sequence)
), claimed AS (
  INSERT INTO batch_seen (durable, node, boot, sequence)
  SELECT ${seenBy.rollups}, node, boot, sequence FROM given
  ON CONFLICT DO NOTHING RETURNING node, boot, sequence
)
SELECT owner FROM given JOIN claimed USING (node, boot, sequence)`;

const CLAIM_REPORTS = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::int8[], $3::text[], $4::int8[], $5::int4[], $6::int2[]) WITH ORDINALITY
    AS r (batch, device_number, boot, seq, entry, metric_id, nth)
), claimed AS (
  INSERT INTO report_seen (durable, device_number, boot, seq, entry, metric_id)
  SELECT ${seenBy.rollups}, device_number, boot, seq, entry, metric_id FROM given
  ON CONFLICT DO NOTHING RETURNING device_number, boot, seq, entry, metric_id
)
SELECT (nth - 1)::int4 AS nth FROM given JOIN claimed USING (device_number, boot, seq, entry, metric_id)`;

/** Adds batches to the rollups; all of what is new, or nothing and a Fault. Returns how many batches were new. */
export type StoreRollups = (batches: readonly StorableBatch[]) => Promise<number>;

export function rollupStore(pool: Pool): StoreRollups {
  const rows = new RollupColumns();
  return (batches) =>
    transaction(pool, async (client) => {
      const fresh = await claimBatches(client, batches);
      const repeated = await claimReports(client, batches, fresh);
      const rollups = new Rollups();
      for (const [index, { batch, metricIds }] of batches.entries()) {
        if (fresh[index])
          rollups.add(batch, metricIds, batch.reports.length > 0 ? repeated[index] : undefined);
      }
      for (const level of levels) {
        const values = rows.fill(rollups.at(level));
        await client.query({ name: `rollup_${level}`, text: upsertOf(level), values });
      }
      return fresh.filter(Boolean).length;
    });
}

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

function upsertOf(level: Level): string {
  return `
INSERT INTO rollup_${level} AS r (device_number, metric_id, bucket, count, sum, min, max, last, last_at, last_interval_s,
  integral, seconds)
SELECT unnest($1::int8[]), unnest($2::int2[]), unnest($3::timestamptz[]), unnest($4::int4[]), unnest($5::float8[]),
  unnest($6::float8[]), unnest($7::float8[]), unnest($8::float8[]), unnest($9::timestamptz[]), unnest($10::int4[]),
  unnest($11::float8[]), unnest($12::float8[])
ON CONFLICT (device_number, metric_id, bucket) DO UPDATE SET
  count = r.count + excluded.count, sum = r.sum + excluded.sum,
  min = least(r.min, excluded.min), max = greatest(r.max, excluded.max),
  last = CASE WHEN excluded.last_at >= r.last_at THEN excluded.last ELSE r.last END,
  last_interval_s = CASE WHEN excluded.last_at >= r.last_at THEN excluded.last_interval_s ELSE r.last_interval_s END,
  last_at = greatest(r.last_at, excluded.last_at),
  integral = r.integral + excluded.integral, seconds = r.seconds + excluded.seconds`;
}

class RollupColumns {
  readonly #device = new Column('int8');
  readonly #metric = new Column('int2');
  readonly #bucket = new Column('timestamptz');
  readonly #count = new Column('int4');
  readonly #sum = new Column('float8');
  readonly #min = new Column('float8');
  readonly #max = new Column('float8');
  readonly #last = new Column('float8');
  readonly #lastAt = new Column('timestamptz');
  readonly #lastInterval = new Column('int4');
  readonly #integral = new Column('float8');
  readonly #seconds = new Column('float8');
  readonly #all = [
    this.#device,
    this.#metric,
    this.#bucket,
    this.#count,
    this.#sum,
    this.#min,
    this.#max,
    this.#last,
    this.#lastAt,
    this.#lastInterval,
    this.#integral,
    this.#seconds,
  ];

  fill(rollups: readonly KeyedRollup[]): Buffer[] {
    for (const column of this.#all) column.reset(rollups.length);
    for (const { deviceNumber, metricId, rollup } of rollups) {
      this.#device.int8(deviceNumber);
      this.#metric.int2(metricId);
      this.#bucket.time(rollup.bucketMs);
      this.#count.int4(rollup.count);
      this.#sum.float8(rollup.sum);
      this.#min.float8(rollup.min);
      this.#max.float8(rollup.max);
      this.#last.float8(rollup.last);
      this.#lastAt.time(rollup.lastAtMs);
      this.#lastInterval.int4(rollup.lastIntervalS);
      this.#integral.float8(rollup.integral);
      this.#seconds.float8(rollup.seconds);
    }
    return this.#all.map((column) => column.parameter());
  }
}
