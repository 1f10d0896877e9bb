// Writes readings: one statement, one transaction, one round trip for any number of batches.
// Per row at 1000 rows: 5.4 µs of Postgres, of which 3 µs are the index; the bare insert without identities takes 4.5 µs.
import { postgresFault } from '@mooring/runtime';
import { Column } from './column.js';
import { seenBy } from './durable.js';
import type { Pool } from './hot-pool.js';
import { batchColumns, firstOfEach, reportColumns, reportsOf, type StorableBatch } from './identity.js';

// A row belongs to its batch, or, when it carries a report, to that report. It is inserted when its owner is new. Owners
// are batch indexes, and -1 - n for report n. The insert joins the few owners in a hash while rows stream past.
const STORE = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::int8[]) AS b (owner, node, boot, sequence)
), claimed AS (
  INSERT INTO batch_seen (durable, node, boot, sequence)
  SELECT ${seenBy.readings}, node, boot, sequence FROM given
  ON CONFLICT DO NOTHING RETURNING node, boot, sequence
), fresh AS MATERIALIZED (
  SELECT owner FROM given JOIN claimed USING (node, boot, sequence)
), report AS (
  SELECT -nth AS owner, batch, device_number, boot, seq, entry, metric_id
  FROM unnest($5::int4[], $6::int8[], $7::text[], $8::int8[], $9::int4[], $10::int2[]) WITH ORDINALITY
    AS r (batch, device_number, boot, seq, entry, metric_id, nth)
), claimed_report AS (
  INSERT INTO report_seen (durable, device_number, boot, seq, entry, metric_id)
  SELECT ${seenBy.readings}, device_number, boot, seq, entry, metric_id FROM report
  WHERE batch IN (SELECT owner FROM fresh)
  ON CONFLICT DO NOTHING RETURNING device_number, boot, seq, entry, metric_id
), kept AS MATERIALIZED (
  SELECT owner FROM fresh
  UNION ALL
  SELECT owner FROM report JOIN claimed_report USING (device_number, boot, seq, entry, metric_id)
), stored AS (
  INSERT INTO reading (device_number, time, value, epoch, interval_s, sequence, metric_id)
  SELECT device_number, time, value, epoch, interval_s, sequence, metric_id
  FROM (
    SELECT unnest($11::int8[]) AS device_number, unnest($12::timestamptz[]) AS time, unnest($13::float8[]) AS value,
      unnest($14::int8[]) AS epoch, unnest($15::int4[]) AS interval_s, unnest($16::int4[]) AS sequence,
      unnest($17::int2[]) AS metric_id, unnest($18::int4[]) AS owner
  ) AS r
  WHERE owner IN (SELECT owner FROM kept)
)
SELECT owner::int4 FROM kept`;

/** What became of one batch. */
export interface StoredBatch {
  /** False: it had been stored before, and nothing of it is new. */
  readonly fresh: boolean;
  /** Readings of a fresh batch that were not stored, because the device had sent the same report before. */
  readonly repeated: ReadonlySet<number>;
}

/** Stores batches; all of what is new, or nothing and a Fault. One call at a time. */
export type StoreReadings = (batches: readonly StorableBatch[]) => Promise<readonly StoredBatch[]>;

export function readingStore(pool: Pool): StoreReadings {
  const rows = new ReadingColumns();
  return async (batches) => {
    const first = firstOfEach(batches);
    const { reports, repeated } = reportsOf(batches, first);
    const owners = batches.map(() => new Map<number, number>());
    for (const [nth, report] of reports.entries()) owners[report.batch]?.set(report.reading, -1 - nth);
    rows.fill(batches, first, owners, repeated);
    const values = [...batchColumns(batches, first), ...reportColumns(reports), ...rows.parameters()];
    let kept: Set<number>;
    try {
      const result = await pool.query<{ owner: number }>({ name: 'store_readings', text: STORE, values });
      kept = new Set(result.rows.map(({ owner }) => owner));
    } catch (error) {
      throw postgresFault(error);
    }
    for (const [nth, { batch, reading }] of reports.entries()) {
      if (!kept.has(-1 - nth)) repeated[batch]?.add(reading);
    }
    return batches.map((_, index) => ({
      fresh: kept.has(index),
      repeated: repeated[index] ?? new Set<number>(),
    }));
  };
}

const TWO_32 = 2n ** 32n;

class ReadingColumns {
  readonly #device = new Column('int8');
  readonly #time = new Column('timestamptz');
  readonly #value = new Column('float8');
  readonly #epoch = new Column('int8');
  readonly #interval = new Column('int4');
  readonly #sequence = new Column('int4');
  readonly #metric = new Column('int2');
  readonly #owner = new Column('int4');
  readonly #all = [
    this.#device,
    this.#time,
    this.#value,
    this.#epoch,
    this.#interval,
    this.#sequence,
    this.#metric,
    this.#owner,
  ];

  fill(
    batches: readonly StorableBatch[],
    chosen: readonly boolean[],
    owners: readonly ReadonlyMap<number, number>[],
    repeated: readonly ReadonlySet<number>[],
  ): void {
    const count = batches.reduce((sum, { batch }) => sum + batch.source.length, 0);
    for (const column of this.#all) column.reset(count);
    for (const [index, each] of batches.entries()) {
      if (chosen[index]) this.#append(each, index, owners[index], repeated[index]);
    }
  }

  parameters(): Buffer[] {
    return this.#all.map((column) => column.parameter());
  }

  #append(
    { batch, metricIds }: StorableBatch,
    index: number,
    owners: ReadonlyMap<number, number> | undefined,
    repeated: ReadonlySet<number> | undefined,
  ): void {
    const { source, metric, value, timeOffsetMs, intervalS, sequence, baseTimeMs } = batch;
    // Numbers in halves: a device has many readings, and a bigint costs more than its two words.
    const sources = batch.sources.map(({ deviceNumber, epoch }) => ({
      deviceHigh: Number(deviceNumber / TWO_32),
      deviceLow: Number(deviceNumber % TWO_32),
      epochHigh: Number(epoch / TWO_32),
      epochLow: Number(epoch % TWO_32),
    }));
    const reported = batch.reports.length > 0;
    for (let i = 0; i < source.length; i++) {
      const from = sources[source[i] ?? -1];
      const metricId = metricIds[metric[i] ?? -1];
      if (from === undefined || metricId === undefined || (reported && repeated?.has(i))) continue;
      this.#device.halves(from.deviceHigh, from.deviceLow);
      this.#time.time(Math.round(baseTimeMs + (timeOffsetMs[i] ?? 0)));
      this.#value.float8(value[i] ?? 0);
      this.#epoch.halves(from.epochHigh, from.epochLow);
      this.#interval.int4(intervalS[i] ?? 0);
      this.#sequence.int4(sequence[i] ?? 0);
      this.#metric.int2(metricId);
      this.#owner.int4(reported ? (owners?.get(i) ?? index) : index);
    }
  }
}
