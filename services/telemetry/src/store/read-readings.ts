// Reads a bounded number of raw readings.
import { postgresFault } from '@mooring/runtime';
import type { Range } from '../domain/query.js';
import type { Pool } from './hot-pool.js';

/** One raw reading. */
export interface RawReading {
  readonly metricId: number;
  readonly timeMs: number;
  readonly value: number;
  readonly intervalS: number;
}

/** The columns of a raw reading. */
export const RAW_COLUMNS = `metric_id AS "metricId", extract(epoch FROM time)::float8 * 1000 AS "timeMs", value,
  interval_s AS "intervalS"`;

/** The first `limit` readings of a metric in a range, oldest first. */
export async function rawReadings(
  pool: Pool,
  deviceNumber: bigint,
  metricId: number,
  { fromMs, toMs }: Range,
  limit: number,
): Promise<RawReading[]> {
  try {
    const { rows } = await pool.query<RawReading>(
      `SELECT ${RAW_COLUMNS} FROM reading
       WHERE device_number = $1 AND metric_id = $2 AND time >= $3 AND time < $4 ORDER BY time LIMIT $5`,
      [deviceNumber, metricId, new Date(fromMs), new Date(toMs), limit],
    );
    return rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
