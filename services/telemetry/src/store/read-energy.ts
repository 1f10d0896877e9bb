// Sums up the energy of devices per hour, day or month of a zone and per tariff band, from the rollups that are kept.
import { postgresFault } from '@mooring/runtime';
import type { EnergyBy, EnergyLevels, EnergyUnit } from '../domain/energy.js';
import { wattHours } from '../domain/metric.js';
import type { Range } from '../domain/query.js';
import type { Pool } from './hot-pool.js';

/** Whose energy is asked for, and under which metrics it is kept; undefined for one that nobody ever had. */
export interface EnergySource {
  readonly deviceNumbers: readonly bigint[];
  readonly powerId: number | undefined;
  readonly meteredId: number | undefined;
}

/** Energy, and how much of it there was in each band up to the highest one used. */
interface Banded {
  energyWh: number;
  readonly bandWh: number[];
}

/** Energy of all devices in one hour, day or month. */
export interface EnergyBucket extends Banded {
  readonly startMs: number;
  readonly endMs: number;
}

/** Energy of one device in all the time that was asked for. */
export interface EnergyOfDevice extends Banded {
  readonly deviceNumber: bigint;
}

// Whole units: the range reaches back to the start of its first one and on to the end of its last one. An hour is an
// hour of time even where the clock repeats it; days and months are counted on the calendar. Where a device was metered
// in a bucket, that counts there, and its power does not. What a time means in a zone is found out once for all devices.
const ENERGY = `
WITH whole AS (
  SELECT date_trunc($4, $5::timestamptz, $6) AS first, date_trunc($4, $7::timestamptz, $6) AS last
), part AS (
  SELECT device_number, bucket, metric_id, integral FROM rollup_quarter
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket >= $8
    AND bucket >= (SELECT first FROM whole) AND bucket < $9
  UNION ALL
  SELECT device_number, bucket, metric_id, integral FROM rollup_hour
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket >= $10 AND bucket < $8
    AND bucket >= (SELECT first FROM whole) AND bucket < $9
  UNION ALL
  SELECT device_number, bucket, metric_id, integral FROM rollup_day
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket < $10 AND $4 <> 'hour'
    AND bucket >= (SELECT first FROM whole) AND bucket < $9
), picked AS MATERIALIZED (
  SELECT device_number, bucket, coalesce(max(integral) FILTER (WHERE metric_id = $3), max(integral)) AS integral
  FROM part GROUP BY device_number, bucket
), times AS (
  SELECT bucket, date_trunc($4, bucket, $6) AS start,
    CASE WHEN cardinality($11::int2[]) = 0 THEN 0 ELSE ($11::int2[])[(96 * (extract(isodow FROM local) - 1)
      + 4 * extract(hour FROM local) + div(extract(minute FROM local), 15))::int4 + 1] END AS band
  FROM (SELECT bucket, bucket AT TIME ZONE $6 AS local FROM picked GROUP BY bucket) AS each
), placed AS (
  SELECT device_number, integral, start, band FROM picked JOIN times USING (bucket)
)
SELECT device_number AS "deviceNumber", band, sum(integral) AS integral,
  extract(epoch FROM start)::float8 * 1000 AS "startMs",
  extract(epoch FROM CASE WHEN $4 = 'hour' THEN start + interval '1 hour'
    ELSE (start AT TIME ZONE $6 + ('1 ' || $4)::interval) AT TIME ZONE $6 END)::float8 * 1000 AS "endMs"
FROM placed WHERE start <= (SELECT last FROM whole)
GROUP BY GROUPING SETS ((start, band), (device_number, band)) ORDER BY start, device_number, band`;

/** One band of either a unit of time or a device. */
interface Row {
  readonly deviceNumber: string | null;
  readonly band: number;
  readonly integral: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

const DAY_MS = 86_400_000;
/** No unit is longer. */
const LONGEST_MS: Readonly<Record<EnergyBy, number>> = { hour: DAY_MS, day: 3 * DAY_MS, month: 32 * DAY_MS };
/** The last moment that a Date can say. */
const MAX_DATE_MS = 8.64e15;
/** Of a metric that is not there. */
const NO_METRIC = -1;

/** The units that lie in a range or reach into it and have readings, oldest first; and the devices that have some. */
export async function energyBetween(
  pool: Pool,
  { deviceNumbers, powerId, meteredId }: EnergySource,
  { fromMs, toMs }: Range,
  { by, zone, week }: EnergyUnit,
  levels: EnergyLevels,
): Promise<{ readonly items: EnergyBucket[]; readonly devices: EnergyOfDevice[] }> {
  const values = [
    deviceNumbers,
    powerId ?? NO_METRIC,
    meteredId ?? NO_METRIC,
    by,
    new Date(fromMs),
    zone,
    // The range ends before `toMs`; what lies beyond its last unit is left out by the statement.
    new Date(Math.max(fromMs, toMs - 1)),
    timestamp(levels.quartersMs),
    new Date(Math.min(toMs + LONGEST_MS[by], MAX_DATE_MS)),
    timestamp(levels.hoursMs),
    week,
  ];
  try {
    const { rows } = await pool.query<Row>(ENERGY, values);
    return gathered(rows);
  } catch (error) {
    throw postgresFault(error);
  }
}

function timestamp(atMs: number): string {
  if (Number.isFinite(atMs)) return new Date(atMs).toISOString();
  return atMs > 0 ? 'infinity' : '-infinity';
}

function gathered(rows: readonly Row[]) {
  const items = new Map<number, EnergyBucket>();
  const devices = new Map<string, EnergyOfDevice>();
  for (const { deviceNumber, startMs, endMs, band, integral } of rows) {
    const wh = wattHours(integral);
    if (startMs !== null && endMs !== null) {
      add(items, startMs, { startMs, endMs, energyWh: 0, bandWh: [] }, band, wh);
    } else if (deviceNumber !== null) {
      const none = { deviceNumber: BigInt(deviceNumber), energyWh: 0, bandWh: [] };
      add(devices, deviceNumber, none, band, wh);
    }
  }
  return { items: [...items.values()], devices: [...devices.values()] };
}

function add<K, V extends Banded>(found: Map<K, V>, key: K, none: V, band: number, wh: number): void {
  const into = found.get(key) ?? none;
  found.set(key, into);
  into.energyWh += wh;
  while (into.bandWh.length <= band) into.bandWh.push(0);
  into.bandWh[band] = wh;
}
