// Writes readings: in one transaction claims the batches, inserts what is new in them, follows the counters among them
// and adds it all to the rollups.
// Per row at 1000 rows: 5 µs of Postgres for the insert, of which 3 µs are the index.
import { transaction } from '@mooring/runtime';
import { METERED } from '../domain/metric.js';
import { type ClaimedBatch, type Client, claim } from './claim.js';
import { Column } from './column.js';
import type { Pool } from './hot-pool.js';
import type { StorableBatch } from './identity.js';
import { followMeters, hasCounters } from './meters.js';
import type { MetricDictionary } from './metrics.js';
import { rollupStore } from './rollups.js';

const INSERT = `
INSERT INTO reading (device_number, time, value, epoch, interval_s, sequence, metric_id)
SELECT unnest($1::int8[]), unnest($2::timestamptz[]), unnest($3::float8[]), unnest($4::int8[]), unnest($5::int4[]),
  unnest($6::int4[]), unnest($7::int2[])`;

/** Stores batches; all of what is new, rows and rollups, or nothing and a Fault. One call at a time. */
export type StoreReadings = (batches: readonly StorableBatch[]) => Promise<readonly ClaimedBatch[]>;

/**
 * What else is decided by what is new in the batches, within their transaction. What it returns is called once that is
 * committed.
 */
export type Alongside = (
  client: Client,
  batches: readonly StorableBatch[],
  claimed: readonly ClaimedBatch[],
) => Promise<(() => void) | undefined>;

export function readingStore(pool: Pool, metrics: MetricDictionary, alongside: Alongside): StoreReadings {
  const rows = new ReadingColumns();
  const addToRollups = rollupStore();
  return async (batches) => {
    const [meteredId] = batches.some(hasCounters) ? await metrics.idsOf([METERED]) : [];
    const stored = await transaction(pool, async (client) => {
      const claimed = await claim(client, batches);
      if (!claimed.some(({ fresh }) => fresh)) return { claimed, committed: undefined };
      await insert(client, rows, batches, claimed);
      const metered = await followMeters(client, meteredId, batches, claimed);
      await addToRollups(client, batches, claimed, metered);
      return { claimed, committed: await alongside(client, batches, claimed) };
    });
    stored.committed?.();
    return stored.claimed;
  };
}

async function insert(
  client: Client,
  rows: ReadingColumns,
  batches: readonly StorableBatch[],
  claimed: readonly ClaimedBatch[],
): Promise<void> {
  rows.fill(batches, claimed);
  await client.query({ name: 'insert_readings', text: INSERT, values: rows.parameters() });
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
  readonly #all = [
    this.#device,
    this.#time,
    this.#value,
    this.#epoch,
    this.#interval,
    this.#sequence,
    this.#metric,
  ];

  fill(batches: readonly StorableBatch[], claimed: readonly ClaimedBatch[]): void {
    const count = batches.reduce((sum, { batch }) => sum + batch.source.length, 0);
    for (const column of this.#all) column.reset(count);
    for (const [index, each] of batches.entries()) {
      const { fresh, repeated } = claimed[index] ?? { fresh: false, repeated: undefined };
      if (fresh) this.#append(each, repeated);
    }
  }

  parameters(): Buffer[] {
    return this.#all.map((column) => column.parameter());
  }

  #append({ batch, metricIds }: StorableBatch, repeated: ReadonlySet<number> | undefined): void {
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
    }
  }
}
