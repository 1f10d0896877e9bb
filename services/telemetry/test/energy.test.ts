// Energy: from counters where devices have one, in the days of zones, per tariff band, of many devices at once.
import { eventually } from '@mooring/harness';
import { type bus, device, type telemetry } from '@mooring/proto';
import { isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, startService, type TestReading, type TestService } from './_service.js';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A whole hour, two days ago. */
const start = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * DAY_MS;

let service: TestService;

beforeAll(async () => {
  service = await startService({ TELEMETRY_QUARTER_DAYS: '36500', TELEMETRY_HOUR_DAYS: '0' });
});

afterAll(() => service?.stop());

const counter = (timeMs: number, value: number): TestReading => ({
  metric: 'energy_total_wh',
  timeMs,
  value,
  intervalS: 0,
});

const stored = new Map<bigint, number>();

/** Sends the readings in a batch and waits until they are there. */
async function store(deviceNumber: bigint, readings: readonly TestReading[]): Promise<bus.ReadingBatch> {
  const batch = batchOf(deviceNumber, readings);
  await service.send(batch);
  const count = (stored.get(deviceNumber) ?? 0) + readings.length;
  stored.set(deviceNumber, count);
  const rows = 'SELECT count(*) FROM reading WHERE device_number = $1';
  await eventually(async () => (await service.number(rows, deviceNumber)) === count);
  return batch;
}

function energy(deviceNumber: bigint, changes: Partial<telemetry.QueryEnergyRequest> = {}) {
  const request = { fromMs: start, toMs: start + DAY_MS, by: 'hour', timeZone: 'UTC' };
  const none = { deviceNumbers: [], week: Buffer.alloc(0) };
  return service.client.queryEnergy({ deviceNumber, ...request, ...none, ...changes });
}

const hoursOf = ({ items }: telemetry.QueryEnergyResponse) =>
  items.map(({ startMs, energyWh }) => [(startMs - start) / HOUR_MS, Math.round(energyWh * 1e6) / 1e6]);

describe('a counter', () => {
  it('counts for energy in the hours that it knows, and power in the others', async () => {
    // 60 W all the time; from the third hour on a counter that says 90 Wh an hour, and starts anew in the fourth.
    const power = Array.from({ length: 4 * 60 }, (_, minute) => ({
      timeMs: start + minute * MINUTE_MS,
      value: 60,
    }));
    await store(10n, power);
    const counted = Array.from({ length: 120 }, (_, minute) => {
      const wh = 5_000 + minute * 1.5;
      return counter(start + (120 + minute) * MINUTE_MS, minute < 90 ? wh : (minute - 90) * 1.5);
    });
    for (let at = 0; at < counted.length; at += 7) await store(10n, counted.slice(at, at + 7));
    const answer = await energy(10n);
    // The step from the last reading before the reset to the first after it is not known.
    expect(hoursOf(answer)).toEqual([
      [0, 60],
      [1, 60],
      [2, 90],
      [3, 87],
    ]);
    const { value, timeMs } = await service.client.queryReadings({
      deviceNumber: 10n,
      metric: 'energy_wh',
      fromMs: start,
      toMs: start + 4 * HOUR_MS,
      stepS: 3600,
      agg: '',
      timeZone: '',
    });
    expect(timeMs).toHaveLength(4);
    expect(value.map((wh) => Math.round(wh * 1e6) / 1e6)).toEqual([60, 60, 90, 87]);
    const { items } = await service.client.latestReadings({ deviceNumber: 10n });
    expect(items.map(({ metric }) => metric).sort()).toEqual(['energy_total_wh', 'energy_wh', 'power_w']);
  });

  it('is spread over the time in which nothing was heard of it', async () => {
    await store(11n, [counter(start + QUARTER_MS, 100), counter(start + HOUR_MS, 100)]);
    await store(11n, [counter(start + 6 * HOUR_MS, 600)]);
    expect(hoursOf(await energy(11n))).toEqual([
      [0, 0],
      [1, 100],
      [2, 100],
      [3, 100],
      [4, 100],
      [5, 100],
      [6, 0],
    ]);
  });

  it('that dips, jumps and comes late in batches of its own adds only what is true', async () => {
    const shown = [5_000, 0, 5_010, 99_999, 5_020, 5_030];
    for (const [minute, wh] of shown.entries()) await store(12n, [counter(start + minute * MINUTE_MS, wh)]);
    await store(12n, [counter(start + MINUTE_MS + 1, 5_005)]);
    expect((await energy(12n)).totalWh).toBeCloseTo(30, 9);
  });

  it('is counted once when its batch comes twice, and forgotten with its device', async () => {
    await store(13n, [counter(start, 5)]);
    await service.send(await store(13n, [counter(start + MINUTE_MS, 8)]));
    await store(13n, [counter(start + 2 * MINUTE_MS, 9)]);
    expect((await energy(13n)).totalWh).toBeCloseTo(4, 9);
    const message = { deviceId: 'd13', deviceNumber: 13n, organizationId: 'o', atMs: Date.now() };
    await service.edge.persist(device.deleted, { device: 'd13' }, message, { id: uuidv7() });
    const left = 'SELECT count(*) FROM meter WHERE device_number = 13';
    await eventually(async () => (await service.number(left)) === 0);
    expect((await energy(13n)).items).toEqual([]);
  });
});

describe('days', () => {
  // A kilowatt without a break: watt hours are hours of time.
  async function kilowatt(deviceNumber: bigint, from: string, hours: number): Promise<number> {
    const fromMs = Date.parse(from);
    const quarters = Array.from({ length: hours * 4 }, (_, index) => ({
      timeMs: fromMs + index * QUARTER_MS,
      value: 1000,
      intervalS: 900,
    }));
    await store(deviceNumber, quarters);
    return fromMs;
  }

  it.each<[bigint, string, string, number[]]>([
    [20n, 'Europe/Sofia', '2025-03-28T22:00:00Z', [24, 23, 24]],
    [21n, 'Europe/Sofia', '2025-10-24T21:00:00Z', [24, 25, 24]],
    [22n, 'Australia/Lord_Howe', '2025-04-04T13:00:00Z', [24, 24.5, 24]],
    [23n, 'Australia/Lord_Howe', '2025-10-03T13:30:00Z', [24, 23.5, 24]],
    [24n, 'Asia/Kathmandu', '2025-10-24T18:15:00Z', [24, 24, 24]],
  ])('of device %i in %s are as long as they are', async (deviceNumber, timeZone, from, days) => {
    const hours = days.reduce((sum, each) => sum + each, 0);
    const fromMs = await kilowatt(deviceNumber, from, hours);
    const asked = { fromMs, toMs: fromMs + hours * HOUR_MS, timeZone };
    const byDay = await energy(deviceNumber, { ...asked, by: 'day' });
    expect(byDay.items[0]?.startMs).toBe(fromMs);
    expect(byDay.items.map(({ startMs, endMs }) => (endMs - startMs) / HOUR_MS)).toEqual(days);
    expect(byDay.items.map(({ energyWh }) => energyWh / 1000)).toEqual(days);
    const byHour = await energy(deviceNumber, { ...asked, by: 'hour' });
    expect(byHour.totalWh).toBe(hours * 1000);
    // Side by side; what is left of a day that has no whole number of them is shorter.
    byHour.items.forEach(({ endMs }, index) => {
      expect(byHour.items[index + 1]?.startMs ?? endMs).toBe(endMs);
    });
    const broken = byHour.items.filter(({ startMs, endMs }) => endMs - startMs !== HOUR_MS);
    expect(broken).toHaveLength(days.filter((length) => length % 1 !== 0).length);
    const byMonth = await energy(deviceNumber, { ...asked, by: 'month' });
    expect(byMonth.totalWh).toBe(hours * 1000);

    // Band 1 is the local hour from 01:30 to 02:30: the clock skips or repeats part of it on the middle day.
    const week = Buffer.alloc(672);
    for (let day = 0; day < 7; day++) week.fill(1, day * 96 + 6, day * 96 + 10);
    const banded = await energy(deviceNumber, { ...asked, by: 'day', week });
    expect(banded.items.map(({ energyWh }) => energyWh / 1000)).toEqual(days);
    const night: Record<string, number> = { '24.5': 1.5, '23.5': 0.5 };
    expect(banded.items.map(({ bandWh }) => (bandWh[1] ?? 0) / 1000)).toEqual(
      days.map((length) => night[length] ?? 1),
    );
  });

  it('repeat and skip whole hours of a band in Sofia', async () => {
    // Local 03:00 to 04:00: skipped in March, twice in October.
    const week = Buffer.alloc(672);
    for (let day = 0; day < 7; day++) week.fill(1, day * 96 + 12, day * 96 + 16);
    const bands = async (deviceNumber: bigint, from: string, hours: number) => {
      const fromMs = Date.parse(from);
      const toMs = fromMs + hours * HOUR_MS;
      const { items } = await energy(deviceNumber, {
        fromMs,
        toMs,
        by: 'day',
        timeZone: 'Europe/Sofia',
        week,
      });
      return items.map(({ bandWh }) => (bandWh[1] ?? 0) / 1000);
    };
    expect(await bands(20n, '2025-03-28T22:00:00Z', 71)).toEqual([1, 0, 1]);
    expect(await bands(21n, '2025-10-24T21:00:00Z', 73)).toEqual([1, 2, 1]);
  });
});

describe('several devices', () => {
  it('are summed up together and told apart, in a single question', async () => {
    await store(30n, [{ timeMs: start, value: 100, intervalS: 3600 }]);
    await store(31n, [{ timeMs: start + HOUR_MS, value: 50, intervalS: 3600 }]);
    await store(31n, [counter(start, 10), counter(start + HOUR_MS - 1, 30)]);
    const week = Buffer.alloc(672, 2);
    const answer = await energy(0n, { deviceNumbers: [30n, 31n, 32n], week });
    expect(hoursOf(answer)).toEqual([
      [0, 120],
      [1, 50],
    ]);
    expect(answer.totalWh).toBeCloseTo(170, 9);
    expect(answer.devices).toEqual([
      { deviceNumber: 30n, energyWh: 100, bandWh: [0, 0, 100] },
      { deviceNumber: 31n, energyWh: 70, bandWh: [0, 0, 70] },
    ]);
  });

  it('are exported together, each reading with its device', async () => {
    const request = { deviceNumber: 0n, deviceNumbers: [31n, 30n], fromMs: start, toMs: start + DAY_MS };
    const seen: (readonly [bigint | undefined, string])[] = [];
    for await (const page of service.client.exportReadings({ ...request, metric: '' })) {
      for (const [index, metric] of page.metric.entries()) seen.push([page.deviceNumber[index], metric]);
    }
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(([number]) => number))).toEqual(new Set([30n, 31n]));
  });
});

it.each<[string, Partial<telemetry.QueryEnergyRequest>]>([
  ['a week of the wrong length', { week: Buffer.alloc(7) }],
  ['a band that is none', { week: Buffer.alloc(672, 64) }],
  ['a unit that is none', { by: 'week' }],
  ['too many devices', { deviceNumbers: Array.from({ length: 2_001 }, (_, index) => BigInt(index)) }],
])('%s is refused', async (_what, changes) => {
  const error = await energy(1n, changes).catch((thrown: unknown) => thrown);
  expect(isFault(error, 'invalid')).toBe(true);
});
