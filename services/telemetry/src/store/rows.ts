// Runs one statement outside a transaction.
import { postgresFault } from '@mooring/runtime';
import type { Pool } from './hot-pool.js';

/** Its rows. Throws faults only. */
export async function rowsOf<R extends object>(
  pool: Pool,
  text: string,
  values: readonly unknown[],
): Promise<R[]> {
  try {
    return (await pool.query<R>(text, [...values])).rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
