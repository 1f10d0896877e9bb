// Deletes all rows of a device, a partition at a time, so that no statement takes long.
import { postgresFault } from '@mooring/runtime';
import type { Pool } from './hot-pool.js';
import { partitionsOf } from './partitions.js';

const PARTED = ['reading', 'rollup_minute', 'rollup_quarter', 'device_log'];
const PLAIN = ['rollup_hour', 'rollup_day', 'report_seen', 'meter', 'alarm_rule', 'alarm_state', 'alarm'];

/** How many rows there were. Safe to repeat. Faults `unavailable`, `deadline`. */
export async function forgetDevice(pool: Pool, deviceNumber: bigint): Promise<number> {
  let rows = 0;
  try {
    const tables = [...PLAIN];
    for (const table of PARTED) tables.push(`${table}_default`, ...(await partitionsOf(pool, table)));
    for (const table of tables) {
      const { rowCount } = await pool.query(`DELETE FROM ${table} WHERE device_number = $1`, [deviceNumber]);
      rows += rowCount ?? 0;
    }
    return rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
