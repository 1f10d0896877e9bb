// Adds the sums of a transaction to the rollups, level by level.
// 5 µs of Postgres a row and level, whatever the number of readings in it: the more gather in a transaction, the better.
import { type Level, levels } from '../domain/level.js';
import { type KeyedRollup, type MeteredDevice, Rollups } from '../domain/rollups.js';
import type { ClaimedBatch, Client } from './claim.js';
import { Column } from './column.js';
import type { StorableBatch } from './identity.js';

/** What counters showed, and the number of the metric under which it is kept. */
export interface Metered {
  readonly metricId: number;
  readonly devices: readonly MeteredDevice[];
}

/** Adds what is new in the batches and what counters showed, within the transaction of `client`. One call at a time. */
export type AddToRollups = (
  client: Client,
  batches: readonly StorableBatch[],
  claimed: readonly ClaimedBatch[],
  metered: Metered | undefined,
) => Promise<void>;

export function rollupStore(): AddToRollups {
  const rows = new RollupColumns();
  return async (client, batches, claimed, metered) => {
    const rollups = new Rollups();
    for (const [index, { batch, metricIds }] of batches.entries()) {
      const { fresh, repeated } = claimed[index] ?? { fresh: false, repeated: undefined };
      if (fresh) rollups.add(batch, metricIds, batch.reports.length > 0 ? repeated : undefined);
    }
    if (metered !== undefined) rollups.addMetered(metered.metricId, metered.devices);
    for (const level of levels) {
      const values = rows.fill(rollups.at(level));
      await client.query({ name: `rollup_${level}`, text: upsertOf(level), values });
    }
  };
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
