// Reads rollups: the buckets of a metric in a range, and the newest value of every metric of a device.
import { postgresFault } from '@mooring/runtime';
import { type Level, stepSeconds } from '../domain/level.js';
import type { Range } from '../domain/query.js';
import type { Rollup } from '../domain/rollup.js';
import type { Database } from './client.js';
import type { Pool } from './hot-pool.js';

/** A rollup as Prisma gives it. */
interface Row extends Omit<Rollup, 'bucketMs' | 'lastAtMs'> {
  readonly bucket: Date;
  readonly lastAt: Date;
}

type Find = (args: { where: object; orderBy: object; take: number }) => Promise<Row[]>;

/** The buckets that lie in a range or reach into it, oldest first, at most `limit`. */
export async function rollupsBetween(
  database: Database,
  level: Level,
  deviceNumber: bigint,
  metricId: number,
  { fromMs, toMs }: Range,
  limit: number,
): Promise<Rollup[]> {
  // A bucket that has begun before the range ends in it, unless it ended exactly when the range began.
  const bucket = { gt: new Date(fromMs - stepSeconds[level] * 1000), lt: new Date(toMs) };
  const find = finders(database)[level];
  try {
    const rows = await find({
      where: { deviceNumber, metricId, bucket },
      orderBy: { bucket: 'asc' },
      take: limit,
    });
    return rows.map((row) => ({ ...row, bucketMs: row.bucket.getTime(), lastAtMs: row.lastAt.getTime() }));
  } catch (error) {
    throw postgresFault(error);
  }
}

function finders(database: Database): Readonly<Record<Level, Find>> {
  return {
    minute: (args) => database.rollupMinute.findMany(args),
    quarter: (args) => database.rollupQuarter.findMany(args),
    hour: (args) => database.rollupHour.findMany(args),
    day: (args) => database.rollupDay.findMany(args),
  };
}

/** The newest value of one metric. */
export interface Latest {
  readonly metricId: number;
  readonly timeMs: number;
  readonly value: number;
  readonly intervalS: number;
}

// Steps through the index from metric to metric, takes the newest day of each, and looks whether a reading came since.
const LATEST = `
WITH RECURSIVE present AS (
  (SELECT metric_id FROM rollup_day WHERE device_number = $1 ORDER BY metric_id LIMIT 1)
  UNION ALL
  SELECT (SELECT d.metric_id FROM rollup_day d WHERE d.device_number = $1 AND d.metric_id > present.metric_id
    ORDER BY d.metric_id LIMIT 1)
  FROM present WHERE present.metric_id IS NOT NULL
)
SELECT metric_id AS "metricId", coalesce(r.value, d.last) AS value,
  extract(epoch FROM coalesce(r.time, d.last_at))::float8 * 1000 AS "timeMs",
  coalesce(r.interval_s, d.last_interval_s) AS "intervalS"
FROM present
CROSS JOIN LATERAL (
  SELECT last, last_at, last_interval_s FROM rollup_day
  WHERE device_number = $1 AND metric_id = present.metric_id ORDER BY bucket DESC LIMIT 1
) AS d
LEFT JOIN LATERAL (
  SELECT value, time, interval_s FROM reading
  WHERE device_number = $1 AND metric_id = present.metric_id AND time > d.last_at ORDER BY time DESC LIMIT 1
) AS r ON true
ORDER BY metric_id`;

/** The newest value of every metric of a device, however long ago it was. */
export async function latestOf(pool: Pool, deviceNumber: bigint): Promise<Latest[]> {
  try {
    const { rows } = await pool.query<Latest>(LATEST, [deviceNumber]);
    return rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
