// Sums up the energy of devices per hour, day or month of a zone and per tariff band, from the rollups that are kept.
import { postgresFault } from '@mooring/runtime';
import { unitBounds } from '../domain/calendar.js';
import type { EnergyLevels, EnergyUnit } from '../domain/energy.js';
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

// Whole units, given by their bounds. Where a device was metered in a bucket, that counts there, and its power does not.
// What a time means in a zone is found out once for all devices.
const ENERGY = `
WITH part AS (
  SELECT device_number, bucket, metric_id, integral FROM rollup_quarter
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket >= $8 AND bucket >= $6 AND bucket < $7
  UNION ALL
  SELECT device_number, bucket, metric_id, integral FROM rollup_hour
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket >= $9 AND bucket < $8
    AND bucket >= $6 AND bucket < $7
  UNION ALL
  SELECT device_number, bucket, metric_id, integral FROM rollup_day
  WHERE device_number = ANY ($1) AND metric_id IN ($2, $3) AND bucket < $9 AND NOT $11
    AND bucket >= $6 AND bucket < $7
), picked AS MATERIALIZED (
  SELECT device_number, bucket, coalesce(max(integral) FILTER (WHERE metric_id = $3), max(integral)) AS integral
  FROM part GROUP BY device_number, bucket
), times AS (
  SELECT bucket, width_bucket(bucket, $4::timestamptz[]) AS unit,
    CASE WHEN cardinality($10::int2[]) = 0 THEN 0 ELSE ($10::int2[])[(96 * (extract(isodow FROM local) - 1)
      + 4 * extract(hour FROM local) + div(extract(minute FROM local), 15))::int4 + 1] END AS band
  FROM (SELECT bucket, bucket AT TIME ZONE $5 AS local FROM picked GROUP BY bucket) AS each
), placed AS (
  SELECT device_number, integral, unit, band FROM picked JOIN times USING (bucket)
)
SELECT device_number AS "deviceNumber", band, sum(integral) AS integral, unit FROM placed
GROUP BY GROUPING SETS ((unit, band), (device_number, band)) ORDER BY unit, device_number, band`;

/** One band of either a unit of time or a device. */
interface Row {
  readonly deviceNumber: string | null;
  readonly band: number;
  readonly integral: number;
  /** Which of the units, from 1. */
  readonly unit: number | null;
}

/** Of a metric that is not there. */
const NO_METRIC = -1;

/** The units that lie in a range or reach into it and have readings, oldest first; and the devices that have some. */
export async function energyBetween(
  pool: Pool,
  { deviceNumbers, powerId, meteredId }: EnergySource,
  range: Range,
  { by, zone, week }: EnergyUnit,
  levels: EnergyLevels,
): Promise<{ readonly items: EnergyBucket[]; readonly devices: EnergyOfDevice[] }> {
  const bounds = unitBounds(by, zone, range);
  const values = [
    deviceNumbers,
    powerId ?? NO_METRIC,
    meteredId ?? NO_METRIC,
    bounds.map((atMs) => new Date(atMs)),
    zone,
    timestamp(bounds[0] ?? range.fromMs),
    timestamp(bounds.at(-1) ?? range.toMs),
    timestamp(levels.quartersMs),
    timestamp(levels.hoursMs),
    week,
    by === 'hour',
  ];
  try {
    const { rows } = await pool.query<Row>(ENERGY, values);
    return gathered(rows, bounds);
  } catch (error) {
    throw postgresFault(error);
  }
}

function timestamp(atMs: number): string {
  if (Number.isFinite(atMs)) return new Date(atMs).toISOString();
  return atMs > 0 ? 'infinity' : '-infinity';
}

function gathered(rows: readonly Row[], bounds: readonly number[]) {
  const items = new Map<number, EnergyBucket>();
  const devices = new Map<string, EnergyOfDevice>();
  for (const { deviceNumber, unit, band, integral } of rows) {
    const wh = wattHours(integral);
    const [startMs, endMs] = unit === null ? [] : [bounds[unit - 1], bounds[unit]];
    if (startMs !== undefined && endMs !== undefined) {
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
