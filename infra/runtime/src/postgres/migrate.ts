// Applies a service's migrations and keeps Prisma's own ledger, so that Prisma's command line agrees with it.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { Fault } from '../fault.js';
import { uuidv7 } from '../ids.js';
import { logger } from '../log.js';
import { postgresFault } from './fault.js';
import { onDatabase, postgresTarget } from './url.js';

// The key that Prisma's own engine locks, so that neither runs beside the other.
const ADVISORY_LOCK = 72_707_369;
const CONNECT_LIMIT_MS = 5_000;
/** Another process may be applying a long migration. */
const LOCK_LIMIT_MS = 600_000;

// SQLSTATE, PostgreSQL manual, appendix A.
const NO_SUCH_DATABASE = '3D000';
/** duplicate_database, or unique_violation in the catalog when both do it at the same moment. */
const MADE_BY_ANOTHER: readonly unknown[] = ['42P04', '23505'];

const log = logger('postgres');

const LEDGER = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the database of `url` up to date with `dir`/<name>/migration.sql, in the order of names; makes the database
 * and the schema when they are missing. Safe when several processes do it at once. Returns the names it applied. Fault
 * `conflict` when an earlier attempt failed half-way or an applied migration was edited since.
 */
export async function migrateDeploy(url: string, dir: string): Promise<string[]> {
  const { connectionString, database, schema, options } = postgresTarget(url);
  const migrations = await readMigrations(dir);
  const client = await connectOrCreate(connectionString, database, options);
  try {
    await client.query(`SET lock_timeout = ${LOCK_LIMIT_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    if (schema !== 'public') await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
    await client.query(LEDGER);
    const done = await readLedger(client);
    const applied: string[] = [];
    for (const migration of migrations) {
      const checksum = done.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration);
        applied.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new Fault('conflict', `migration ${migration.name} was edited after it was applied`);
      }
    }
    return applied;
  } finally {
    // Closing the connection gives back the lock.
    await client.end();
  }
}

async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Checksums of the applied migrations by name. */
async function readLedger(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  const failed = rows.find((row) => !row.finished);
  if (failed !== undefined) {
    throw new Fault(
      'conflict',
      `migration ${failed.name} failed half-way earlier: repair the database, then mark it with prisma migrate resolve`,
    );
  }
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = uuidv7();
  await client.query('INSERT INTO "_prisma_migrations"(id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (error) {
    // A migration may hold a BEGIN of its own, and would leave the transaction aborted.
    await client.query('ROLLBACK');
    await client.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, String(error)]);
    throw new Fault('internal', `migration ${name} failed: ${String(error)}`, { cause: error });
  }
  await client.query(
    'UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = 1 WHERE id = $1',
    [id],
  );
}

async function connectOrCreate(url: string, database: string, options: string): Promise<pg.Client> {
  try {
    return await connect(url, options);
  } catch (error) {
    if (sqlState(error) !== NO_SUCH_DATABASE) throw postgresFault(error);
  }
  const server = await connect(onDatabase(url, 'postgres'), '');
  try {
    await server.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } catch (error) {
    if (!MADE_BY_ANOTHER.includes(sqlState(error))) throw error;
  } finally {
    await server.end();
  }
  return connect(url, options);
}

async function connect(connectionString: string, options: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, options, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  // A connection that breaks while a query runs also fails that query; without a listener it would be a bug.
  client.on('error', (error) => log.warn({ err: error }, 'connection lost while migrating'));
  await client.connect();
  return client;
}

function sqlState(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
