// Owns connections to a service's database: the pool, its end, and transactions on it.
import pg from 'pg';
import { untilAborted } from '../clock.js';
import { logger } from '../log.js';
import { gauge } from '../metrics.js';
import type { Runnable } from '../supervise.js';
import { postgresFault } from './fault.js';
import { postgresTarget } from './url.js';

const CONNECT_LIMIT_MS = 5_000;
const STATEMENT_LIMIT_MS = 30_000;

const log = logger('postgres');
const pools = new Map<string, pg.Pool>();

gauge({
  name: 'mooring_postgres_connections',
  help: 'Connections of a pool, and callers that wait for one',
  labels: ['pool', 'state'],
  collect(metric) {
    for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
      metric.set({ pool, state: 'busy' }, totalCount - idleCount);
      metric.set({ pool, state: 'idle' }, idleCount);
      metric.set({ pool, state: 'waiting' }, waitingCount);
    }
  },
});

gauge({
  name: 'mooring_postgres_connections_limit',
  help: 'Most connections that a pool opens',
  labels: ['pool'],
  collect(metric) {
    for (const [pool, { options }] of pools) metric.set({ pool }, options.max);
  },
});

/** What a pool is like. */
export interface PoolOptions {
  readonly max: number;
  /** As Postgres lists its connections. */
  readonly name: string;
  /** How long a statement may take; 30 000 when absent. */
  readonly statementLimitMs?: number;
  /** Further settings of Postgres for its connections; values without spaces and backslashes. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A pool of at most `max` connections. It connects when first asked; getting a connection may take 5 s. */
export function postgresPool(url: string, options: PoolOptions): pg.Pool {
  const { connectionString, options: searchPath } = postgresTarget(url);
  const settings = Object.entries(options.settings ?? {}).map(([name, value]) => `-c ${name}=${value}`);
  const pool = new pg.Pool({
    connectionString,
    options: [searchPath, ...settings].join(' '),
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: options.statementLimitMs ?? STATEMENT_LIMIT_MS,
    keepAlive: true,
  });
  // An idle connection that breaks has no caller to tell; the pool replaces it.
  pool.on('error', (error) => log.warn({ err: error, pool: options.name }, 'idle database connection lost'));
  // One that breaks in somebody's hands fails what they do with it; without a listener it would also end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug({ err: error, pool: options.name }, 'database connection lost'));
  });
  pools.set(options.name, pool);
  return pool;
}

/** Ready at once; closes the pool at the end, when all connections have been given back. */
export function poolRunnable(pool: pg.Pool): Runnable {
  return {
    name: 'postgres',
    async run({ signal, ready }) {
      ready();
      await untilAborted(signal);
      for (const [name, known] of pools) if (known === pool) pools.delete(name);
      await pool.end();
    },
  };
}

/** Runs `fn` in one transaction: commits when it resolves, rolls back when it rejects. Throws faults only. */
export async function transaction<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw postgresFault(error);
  }
  try {
    await client.query('BEGIN');
    const result = await fn(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    await rollBack(client);
    throw postgresFault(error);
  }
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch (error) {
    log.warn({ err: error }, 'rollback failed; the connection is dropped');
    client.release(true);
  }
}
