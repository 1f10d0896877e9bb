// Writes and lists what devices said.
import type { bus } from '@mooring/proto';
import { type Delivery, postgresFault } from '@mooring/runtime';
import type { LogRow } from '../domain/log.js';
import type { Database } from './client.js';
import { seenBy } from './durable.js';
import type { Pool } from './hot-pool.js';

/** A batch that was checked, and the delivery that brought it. */
export interface DeliveredLog {
  readonly delivery: Delivery<bus.LogBatch>;
  readonly header: bus.BatchHeader;
  readonly entries: readonly LogRow[];
}

/** Stores batches in one transaction; returns how many were new and how many entries they held. */
export type StoreLog = (batches: readonly DeliveredLog[]) => Promise<{ fresh: number; entries: number }>;

const STORE = `
WITH given AS (
  SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::int8[]) AS b (owner, node, boot, sequence)
), claimed AS (
  INSERT INTO batch_seen (durable, node, boot, sequence)
  SELECT ${seenBy.log}, node, boot, sequence FROM given
  ON CONFLICT DO NOTHING RETURNING node, boot, sequence
), fresh AS MATERIALIZED (
  SELECT max(owner) AS owner FROM given JOIN claimed USING (node, boot, sequence) GROUP BY node, boot, sequence
), stored AS (
  INSERT INTO device_log (device_number, time, epoch, sequence, name, level, message, fields)
  SELECT device_number, time, epoch, sequence, name, level, message, fields
  FROM unnest($5::int4[], $6::int8[], $7::timestamptz[], $8::int8[], $9::int8[], $10::text[], $11::text[], $12::text[],
    $13::jsonb[]) AS e (owner, device_number, time, epoch, sequence, name, level, message, fields)
  WHERE owner IN (SELECT owner FROM fresh)
)
SELECT owner FROM fresh`;

export function logStore(pool: Pool): StoreLog {
  return async (batches) => {
    const rows = batches.flatMap(({ entries }, owner) => entries.map((entry) => ({ owner, ...entry })));
    const values = [
      batches.map((_, owner) => owner),
      batches.map(({ header }) => header.node),
      batches.map(({ header }) => header.boot),
      batches.map(({ header }) => header.sequence),
      rows.map(({ owner }) => owner),
      rows.map(({ deviceNumber }) => deviceNumber),
      rows.map(({ timeMs }) => new Date(timeMs)),
      rows.map(({ epoch }) => epoch),
      rows.map(({ sequence }) => sequence),
      rows.map(({ name }) => name),
      rows.map(({ level }) => level),
      rows.map(({ message }) => message),
      rows.map(({ fields }) => fields),
    ];
    try {
      const result = await pool.query<{ owner: number }>({ name: 'store_log', text: STORE, values });
      const entries = result.rows.reduce((sum, { owner }) => sum + (batches[owner]?.entries.length ?? 0), 0);
      return { fresh: result.rows.length, entries };
    } catch (error) {
      throw postgresFault(error);
    }
  };
}

/** An entry as it is listed; the newest has the highest time, then id. */
export interface LogEntry extends LogRow {
  readonly id: bigint;
}

/** Where a page ends. */
export interface LogPlace {
  readonly timeMs: number;
  readonly id: bigint;
}

/** At most `limit` entries of a device, newest first, older than `before`; only of `name` when it is given. */
export async function listLog(
  database: Database,
  deviceNumber: bigint,
  query: {
    readonly limit: number;
    readonly name?: string | undefined;
    readonly before?: LogPlace | undefined;
  },
): Promise<LogEntry[]> {
  const { limit, name, before } = query;
  const time = before === undefined ? undefined : new Date(before.timeMs);
  const older =
    time === undefined ? {} : { OR: [{ time: { lt: time } }, { time, id: { lt: before?.id ?? 0n } }] };
  try {
    const rows = await database.deviceLog.findMany({
      where: {
        deviceNumber,
        ...(name === undefined ? {} : { name }),
        // The bound on time alone lets Postgres skip the partitions that are newer.
        ...(time === undefined ? {} : { time: { lte: time } }),
        ...older,
      },
      orderBy: [{ time: 'desc' }, { id: 'desc' }],
      take: limit,
    });
    return rows.map((row) => ({
      ...row,
      sequence: Number(row.sequence),
      timeMs: row.time.getTime(),
      fields: JSON.stringify(row.fields),
    }));
  } catch (error) {
    throw postgresFault(error);
  }
}
