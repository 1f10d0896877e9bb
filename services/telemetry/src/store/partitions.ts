// Makes partitions ahead and drops them by age. What lay in the default partition moves into a partition made for it.
import { postgresFault, transaction } from '@mooring/runtime';
import type { Retention } from '../domain/level.js';
import type { Pool } from './hot-pool.js';

type Client = Parameters<Parameters<typeof transaction>[1]>[0];

const DAY_MS = 86_400_000;
/** 1970-01-05 was a Monday: weeks are counted from there. */
const MONDAY_MS = 4 * DAY_MS;

/** How one table is parted. */
interface Parted {
  readonly table: string;
  readonly column: string;
  readonly days: number;
  /** Which retention it is kept by. */
  readonly kept: keyof Retention;
  readonly storage: string;
}

// Partitions of rollups keep room in their pages for the updates that each bucket sees.
const ROOM = 'WITH (fillfactor = 50)';
const parted: readonly Parted[] = [
  { table: 'reading', column: 'time', days: 1, kept: 'raw', storage: '' },
  { table: 'rollup_minute', column: 'bucket', days: 1, kept: 'minute', storage: ROOM },
  { table: 'rollup_quarter', column: 'bucket', days: 7, kept: 'quarter', storage: ROOM },
  { table: 'device_log', column: 'time', days: 7, kept: 'log', storage: '' },
];

/** Advisory lock of whoever changes partitions. */
const LOCK = 7_450_221;

/** How far partitions reach around now: devices send what they buffered, and clocks run ahead. */
const BACK_DAYS = 8;
const AHEAD_DAYS = 3;

/** One change that was made. */
export interface PartitionChange {
  readonly name: string;
  readonly change: 'made' | 'dropped';
}

/**
 * Brings all parted tables up to date with the time; several processes may try at once, one does it. Each partition is a
 * transaction of its own that waits 2 s at most for those who read or write. Faults `unavailable`, `deadline`.
 */
export async function keepPartitions(
  pool: Pool,
  retention: Retention,
  nowMs: number,
): Promise<PartitionChange[]> {
  try {
    const changes: PartitionChange[] = [];
    for (const each of parted) {
      changes.push(...(await makeAhead(pool, each, nowMs)));
      const days = retention[each.kept];
      if (days > 0) changes.push(...(await dropOld(pool, each, nowMs - days * DAY_MS)));
    }
    return changes;
  } catch (error) {
    throw postgresFault(error);
  }
}

async function makeAhead(pool: Pool, each: Parted, nowMs: number): Promise<PartitionChange[]> {
  const present = new Set(await partitionsOf(pool, each.table));
  const changes: PartitionChange[] = [];
  for (const startMs of wanted(each, nowMs)) {
    const name = nameOf(each.table, startMs);
    if (present.has(name)) continue;
    if (await alone(pool, (client) => make(client, each, startMs))) changes.push({ name, change: 'made' });
  }
  return changes;
}

async function dropOld(pool: Pool, each: Parted, beforeMs: number): Promise<PartitionChange[]> {
  const changes: PartitionChange[] = [];
  for (const name of await partitionsOf(pool, each.table)) {
    if (startOf(name) + each.days * DAY_MS > beforeMs) continue;
    if (await alone(pool, (client) => drop(client, each.table, name)))
      changes.push({ name, change: 'dropped' });
  }
  await pool.query(`DELETE FROM ${each.table}_default WHERE ${each.column} < $1`, [new Date(beforeMs)]);
  return changes;
}

/** Names of the partitions of a table without the default one, oldest first. */
export async function partitionsOf(pool: Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = $1::regclass ORDER BY c.relname`,
    [table],
  );
  return rows.map(({ name }) => name).filter((name) => !name.endsWith('_default'));
}

function wanted({ days }: Parted, nowMs: number): number[] {
  const stepMs = days * DAY_MS;
  const firstMs = Math.floor((nowMs - BACK_DAYS * DAY_MS - MONDAY_MS) / stepMs) * stepMs + MONDAY_MS;
  const starts: number[] = [];
  for (let at = firstMs; at <= nowMs + AHEAD_DAYS * DAY_MS; at += stepMs) {
    starts.push(at);
  }
  return starts;
}

function nameOf(table: string, startMs: number): string {
  return `${table}_${new Date(startMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** When a partition begins, by its name. */
export function startOf(name: string): number {
  const [, year, month, day] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
  // A partition of another name is somebody's own: never old enough.
  return year === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${year}-${month}-${day}T00:00:00Z`);
}

/** Runs `work` unless another process is at it or it was done; false then. */
async function alone(pool: Pool, work: (client: Client) => Promise<boolean>): Promise<boolean> {
  return transaction(pool, async (client) => {
    await client.query("SET LOCAL lock_timeout = '2s'");
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
      LOCK,
    ]);
    return rows[0]?.mine === true && work(client);
  });
}

async function make(
  client: Client,
  { table, column, days, storage }: Parted,
  startMs: number,
): Promise<boolean> {
  const name = nameOf(table, startMs);
  if (await exists(client, name)) return false;
  const from = new Date(startMs).toISOString();
  const to = new Date(startMs + days * DAY_MS).toISOString();
  const range = `${column} >= '${from}' AND ${column} < '${to}'`;
  await client.query(
    `CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) ${storage}`,
  );
  // Rows that came before their partition would make attaching it fail.
  await client.query(`LOCK TABLE ${table}_default IN ACCESS EXCLUSIVE MODE`);
  await client.query(
    `WITH moved AS (DELETE FROM ${table}_default WHERE ${range} RETURNING *) INSERT INTO ${name} SELECT * FROM moved`,
  );
  await client.query(
    `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
  );
  return true;
}

async function drop(client: Client, table: string, name: string): Promise<boolean> {
  if (!(await exists(client, name))) return false;
  await client.query(`ALTER TABLE ${table} DETACH PARTITION ${name}`);
  await client.query(`DROP TABLE ${name}`);
  return true;
}

async function exists(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM pg_class WHERE oid = to_regclass($1)', [name]);
  return rows.length > 0;
}
