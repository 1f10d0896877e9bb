// Follows the counters of devices: their states are locked, moved on and written within a transaction of readings.
import type { CheckedBatch } from '../domain/batch.js';
import {
  type Candidate,
  type CounterReading,
  follow,
  type Increment,
  type MeterState,
} from '../domain/meter.js';
import { COUNTER } from '../domain/metric.js';
import type { ClaimedBatch, Client } from './claim.js';
import type { StorableBatch } from './identity.js';
import type { Metered } from './rollups.js';

/** Sets these locks apart from others in this database. */
const METER_LOCK = 7_266_702;

// Locked in the order of devices, the same in every process.
const LOCK = `
SELECT device_number AS "deviceNumber", extract(epoch FROM time)::float8 * 1000 AS "timeMs", wh, spare_wh AS "spareWh",
  candidate
FROM meter WHERE device_number = ANY ($1) ORDER BY device_number FOR UPDATE`;

// A device without a row has nothing that could be locked; whoever is first makes the others look again.
const FIRST = `
SELECT pg_advisory_xact_lock(${METER_LOCK}, hashint8(n)) FROM (SELECT unnest($1::int8[]) AS n ORDER BY 1) AS each`;

const SAVE = `
INSERT INTO meter (device_number, time, wh, spare_wh, candidate)
SELECT * FROM unnest($1::int8[], $2::timestamptz[], $3::float8[], $4::float8[], $5::jsonb[])
ON CONFLICT (device_number) DO UPDATE SET time = excluded.time, wh = excluded.wh, spare_wh = excluded.spare_wh,
  candidate = excluded.candidate`;

interface Row extends Omit<MeterState, 'candidate'> {
  readonly deviceNumber: string;
  readonly candidate: Candidate | null;
}

interface Counter {
  readonly timeZone: string;
  readonly readings: CounterReading[];
}

/** Whether a batch holds readings of counters. */
export function hasCounters({ batch }: StorableBatch): boolean {
  return batch.metrics.includes(COUNTER);
}

/**
 * What is new in the counters of the batches, for the metric of that number; undefined without it, or when there are no
 * counters. Their states are moved on within the transaction of `client`.
 */
export async function followMeters(
  client: Client,
  metricId: number | undefined,
  batches: readonly StorableBatch[],
  claimed: readonly ClaimedBatch[],
): Promise<Metered | undefined> {
  if (metricId === undefined) return undefined;
  const counters = countersOf(batches, claimed);
  if (counters.size === 0) return undefined;
  const devices = [...counters.keys()].sort((a, b) => (a < b ? -1 : 1));
  const known = await lockMeters(client, devices);
  const unknown = devices.filter((device) => !known.has(device));
  if (unknown.length > 0) {
    await client.query({ name: 'first_meters', text: FIRST, values: [unknown] });
    for (const [device, state] of await lockMeters(client, unknown)) known.set(device, state);
  }
  const states: [bigint, MeterState][] = [];
  const metered = devices.map((deviceNumber) => {
    const { timeZone, readings } = counters.get(deviceNumber) ?? { timeZone: 'UTC', readings: [] };
    const { state, increments } = followAll(known.get(deviceNumber), readings);
    if (state !== undefined) states.push([deviceNumber, state]);
    return { deviceNumber, timeZone, increments };
  });
  await client.query({ name: 'save_meters', text: SAVE, values: columns(states) });
  return { metricId, devices: metered };
}

async function lockMeters(client: Client, devices: readonly bigint[]): Promise<Map<bigint, MeterState>> {
  const { rows } = await client.query<Row>({ name: 'lock_meters', text: LOCK, values: [devices] });
  return new Map(rows.map((row) => [BigInt(row.deviceNumber), stateOf(row)]));
}

function countersOf(
  batches: readonly StorableBatch[],
  claimed: readonly ClaimedBatch[],
): ReadonlyMap<bigint, Counter> {
  const counters = new Map<bigint, Counter>();
  for (const [index, each] of batches.entries()) {
    const { fresh, repeated } = claimed[index] ?? { fresh: false, repeated: undefined };
    if (fresh && hasCounters(each)) gather(counters, each.batch, repeated);
  }
  return counters;
}

function gather(
  counters: Map<bigint, Counter>,
  batch: CheckedBatch,
  repeated: ReadonlySet<number> | undefined,
): void {
  const counterMetric = batch.metrics.indexOf(COUNTER);
  for (const [reading, metric] of batch.metric.entries()) {
    if (metric !== counterMetric || repeated?.has(reading)) continue;
    const source = batch.sources[batch.source[reading] ?? -1];
    if (source === undefined) continue;
    let counter = counters.get(source.deviceNumber);
    if (counter === undefined) {
      const timeZone = batch.organizations[source.organization]?.timeZone ?? 'UTC';
      counter = { timeZone, readings: [] };
      counters.set(source.deviceNumber, counter);
    }
    const timeMs = Math.round(batch.baseTimeMs + (batch.timeOffsetMs[reading] ?? 0));
    counter.readings.push({ timeMs, wh: batch.value[reading] ?? 0 });
  }
}

function followAll(known: MeterState | undefined, readings: CounterReading[]) {
  let state = known;
  const increments: Increment[] = [];
  for (const reading of readings.sort((a, b) => a.timeMs - b.timeMs)) {
    const followed = follow(state, reading);
    state = followed.state;
    if (followed.increment !== undefined) increments.push(followed.increment);
  }
  return { state, increments };
}

function stateOf({ timeMs, wh, spareWh, candidate }: Row): MeterState {
  // Seconds of floating point become whole milliseconds again.
  return { timeMs: Math.round(timeMs), wh, spareWh, candidate: candidate ?? undefined };
}

function columns(states: readonly (readonly [bigint, MeterState])[]): unknown[] {
  return [
    states.map(([deviceNumber]) => deviceNumber),
    states.map(([, { timeMs }]) => new Date(timeMs)),
    states.map(([, { wh }]) => wh),
    states.map(([, { spareWh }]) => spareWh),
    states.map(([, { candidate }]) => (candidate === undefined ? null : JSON.stringify(candidate))),
  ];
}
