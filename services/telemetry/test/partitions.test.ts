// Partitions are made ahead, take in what came before them, and go when they are old.
import { fileURLToPath } from 'node:url';
import { type TestPostgres, testPostgres } from '@mooring/harness';
import { migrateDeploy, postgresPool } from '@mooring/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Retention } from '../src/domain/level.js';
import { openDatabase } from '../src/store/client.js';
import { keepPartitions, partitionsOf } from '../src/store/partitions.js';
import { deleteOld } from '../src/store/retention.js';

const DAY_MS = 86_400_000;
const now = Date.parse('2025-06-15T13:00:00Z');
const retention: Retention = {
  raw: 30,
  minute: 90,
  quarter: 365,
  hour: 1825,
  day: 0,
  log: 90,
  seen: 31,
  alarm: 366,
};
const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

let postgres: TestPostgres;
let pool: ReturnType<typeof postgresPool>;

beforeAll(async () => {
  postgres = await testPostgres();
  await migrateDeploy(postgres.url('parted'), migrations);
  pool = postgresPool(postgres.url('parted'), { max: 4, name: 'test' });
});

afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
});

async function insert(table: string, column: string, at: number): Promise<void> {
  const columns =
    column === 'time'
      ? 'device_number, time, value, epoch, interval_s, sequence, metric_id'
      : 'device_number, bucket, sum, min, max, last, integral, count, metric_id, seconds, last_interval_s, last_at';
  const rest = column === 'time' ? '1, 1, 1, 1, 1' : '1, 1, 1, 1, 1, 1, 1, 1, 1, now()';
  await pool.query(`INSERT INTO ${table} (${columns}) VALUES (1, $1, ${rest})`, [new Date(at)]);
}

async function whereIs(table: string): Promise<string[]> {
  const { rows } = await pool.query(`SELECT tableoid::regclass::text AS part FROM ${table} ORDER BY 1`);
  return rows.map(({ part }) => part);
}

it('reach eight days back and three ahead, and hold what lay in the default partition', async () => {
  for (const at of [now, now + 2 * DAY_MS, now - 20 * DAY_MS]) await insert('reading', 'time', at);
  await insert('rollup_quarter', 'bucket', now);
  expect(await whereIs('reading')).toEqual(Array(3).fill('reading_default'));
  // Two processes at once make each partition once.
  const changes = await Promise.all([
    keepPartitions(pool, retention, now),
    keepPartitions(pool, retention, now),
  ]);
  const made = changes.flat().map(({ name }) => name);
  expect(new Set(made).size).toBe(made.length);
  await keepPartitions(pool, retention, now);
  const days = await partitionsOf(pool, 'reading');
  expect([days[0], days.at(-1), days.length]).toEqual(['reading_20250607', 'reading_20250618', 12]);
  expect(await partitionsOf(pool, 'rollup_quarter')).toEqual([
    'rollup_quarter_20250602',
    'rollup_quarter_20250609',
    'rollup_quarter_20250616',
  ]);
  expect(await whereIs('reading')).toEqual(['reading_20250615', 'reading_20250617', 'reading_default']);
  expect(await whereIs('rollup_quarter')).toEqual(['rollup_quarter_20250609']);
  expect(await keepPartitions(pool, retention, now)).toEqual([]);
});

it('carry the indexes and the room for updates of their table', async () => {
  const { rows } = await pool.query(
    `SELECT c.reloptions, (SELECT count(*)::int FROM pg_index i WHERE i.indrelid = c.oid) AS indexes
     FROM pg_class c WHERE relname IN ('rollup_minute_20250615', 'reading_20250615') ORDER BY relname`,
  );
  expect(rows).toEqual([
    { reloptions: null, indexes: 1 },
    { reloptions: ['fillfactor=50'], indexes: 1 },
  ]);
});

it('are dropped by the age of each level, and the default partition is cleared with them', async () => {
  await keepPartitions(pool, retention, now + 35 * DAY_MS);
  const days = await partitionsOf(pool, 'reading');
  expect(days[0]).toBe('reading_20250712');
  expect(await whereIs('reading')).toEqual([]);
  // Ninety days of minutes, a year of quarters.
  expect(await partitionsOf(pool, 'rollup_minute')).toContain('rollup_minute_20250607');
  expect(await whereIs('rollup_quarter')).toEqual(['rollup_quarter_20250609']);
  await keepPartitions(pool, retention, now + 400 * DAY_MS);
  expect(await whereIs('rollup_quarter')).toEqual([]);
});

it('are not needed for what is deleted row by row', async () => {
  const database = openDatabase(pool);
  await insert('rollup_hour', 'bucket', now - 1826 * DAY_MS);
  await insert('rollup_hour', 'bucket', now);
  await insert('rollup_day', 'bucket', now - 5000 * DAY_MS);
  const seen = 'INSERT INTO batch_seen (durable, node, boot, sequence, seen_at) VALUES (1, $1, $1, 1, $2)';
  await pool.query(seen, ['old', new Date(now - 32 * DAY_MS)]);
  await pool.query(seen, ['new', new Date(now - DAY_MS)]);
  await deleteOld(database, retention, now);
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM rollup_hour) AS hours, (SELECT count(*)::int FROM rollup_day) AS days,
       (SELECT string_agg(node, ',') FROM batch_seen) AS seen`,
  );
  expect(rows).toEqual([{ hours: 1, days: 1, seen: 'new' }]);
});
