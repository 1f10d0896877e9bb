// Sums up energy per hour, day or month of a zone, from the finest rollups that are kept.
import { postgresFault } from '@mooring/runtime';
import type { EnergyBy } from '../domain/energy.js';
import { wattHours } from '../domain/metric.js';
import type { Range } from '../domain/query.js';
import type { Pool } from './hot-pool.js';

/** Energy of one hour, day or month. */
export interface EnergyBucket {
  readonly startMs: number;
  readonly endMs: number;
  readonly energyWh: number;
}

/** From when on quarters, and from when on hours are used, epoch milliseconds. */
export interface EnergyLevels {
  readonly quartersMs: number;
  readonly hoursMs: number;
}

// Whole units: the range reaches back to the start of its first one and on to the end of its last one. An hour is an
// hour of time even where the clock repeats it; days and months are counted on the calendar.
const ENERGY = `
WITH whole AS (
  SELECT date_trunc($3, $4::timestamptz, $5) AS first, date_trunc($3, $6::timestamptz, $5) AS last
), part AS (
  SELECT bucket, integral FROM rollup_quarter
  WHERE device_number = $1 AND metric_id = $2 AND bucket >= $7
    AND bucket >= (SELECT first FROM whole) AND bucket < $8
  UNION ALL
  SELECT bucket, integral FROM rollup_hour
  WHERE device_number = $1 AND metric_id = $2 AND bucket >= $9 AND bucket < $7
    AND bucket >= (SELECT first FROM whole) AND bucket < $8
  UNION ALL
  SELECT bucket, integral FROM rollup_day
  WHERE device_number = $1 AND metric_id = $2 AND bucket < $9 AND $3 <> 'hour'
    AND bucket >= (SELECT first FROM whole) AND bucket < $8
), summed AS (
  SELECT date_trunc($3, bucket, $5) AS start, sum(integral) AS integral FROM part GROUP BY 1
)
SELECT extract(epoch FROM start)::float8 * 1000 AS "startMs", integral,
  extract(epoch FROM CASE WHEN $3 = 'hour' THEN start + interval '1 hour'
    ELSE (start AT TIME ZONE $5 + ('1 ' || $3)::interval) AT TIME ZONE $5 END)::float8 * 1000 AS "endMs"
FROM summed WHERE start <= (SELECT last FROM whole) ORDER BY start`;

const MONTH_MS = 32 * 86_400_000;

/** The units that lie in a range or reach into it and have readings, oldest first. */
export async function energyBetween(
  pool: Pool,
  deviceNumber: bigint,
  metricId: number,
  { fromMs, toMs }: Range,
  unit: { readonly by: EnergyBy; readonly zone: string },
  levels: EnergyLevels,
): Promise<EnergyBucket[]> {
  // The range ends before `toMs`; what lies beyond its last unit is left out by the statement.
  const until = new Date(toMs + MONTH_MS);
  const since = (at: number): string =>
    at === Number.NEGATIVE_INFINITY ? '-infinity' : new Date(at).toISOString();
  const values = [
    deviceNumber,
    metricId,
    unit.by,
    new Date(fromMs),
    unit.zone,
    new Date(Math.max(fromMs, toMs - 1)),
    since(levels.quartersMs),
    until,
    since(levels.hoursMs),
  ];
  try {
    const { rows } = await pool.query<{ startMs: number; endMs: number; integral: number }>(ENERGY, values);
    return rows.map(({ startMs, endMs, integral }) => ({ startMs, endMs, energyWh: wattHours(integral) }));
  } catch (error) {
    throw postgresFault(error);
  }
}
