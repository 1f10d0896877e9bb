// The connections that only admissions use, with the settings that their statement needs.
import { logger, postgresPool } from '@mooring/runtime';
import type { Pool } from './sql.js';

const log = logger('admission pool');

// The statement must have ended before the edge is told that it failed. Its plan is known: a few hundred rows found by
// index; compiling it, or scanning the table because the statistics are young, costs more than running it.
const SETTINGS = 'SET statement_timeout = 4000; SET jit = off; SET enable_seqscan = off';

export function admissionPool(url: string): Pool {
  const pool = postgresPool(url, { max: 2, name: 'registry admission' });
  pool.on('connect', (client) => {
    // Queued before whatever the connection was made for; if it fails, so does that.
    client
      .query(SETTINGS)
      .catch((error: unknown) => log.warn({ err: error }, 'connection settings were refused'));
  });
  return pool;
}
