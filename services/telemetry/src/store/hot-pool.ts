// Owns the one connection of a writer: its prepared statements are planned once and for ever.
import { postgresPool } from '@mooring/runtime';

/** The pool type of the runtime. */
export type Pool = ReturnType<typeof postgresPool>;

/**
 * A pool of one connection. Statements are planned once: parameters are arrays whose contents the planner cannot use,
 * and planning anew costs more than a small batch.
 */
export function writerPool(url: string, name: string): Pool {
  const pool = postgresPool(url, { max: 1, name });
  pool.options.options = `${pool.options.options ?? ''} -c plan_cache_mode=force_generic_plan`;
  return pool;
}
