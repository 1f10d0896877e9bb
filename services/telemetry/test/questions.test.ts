// What the service answers: points, newest values, energy, exports, the device log.
import { eventually } from '@mooring/harness';
import { type bus, device, type telemetry, uplink } from '@mooring/proto';
import { isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, startService, type TestReading, type TestService } from './_service.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A whole hour, a day ago. */
const start = Math.floor((Date.now() - DAY_MS) / HOUR_MS) * HOUR_MS;

let service: TestService;

beforeAll(async () => {
  // Clock changes lie where they lie: everything is kept for long enough.
  service = await startService({
    TELEMETRY_QUARTER_DAYS: '36500',
  });
});

afterAll(() => service?.stop());

async function store(deviceNumber: bigint, readings: readonly TestReading[]): Promise<void> {
  for (let at = 0; at < readings.length; at += 5_000) {
    await service.send(batchOf(deviceNumber, readings.slice(at, at + 5_000)));
  }
  const rolled = 'SELECT coalesce(sum(count), 0) FROM rollup_day WHERE device_number = $1';
  const raw = 'SELECT count(*) FROM reading WHERE device_number = $1';
  for (const query of [rolled, raw]) {
    await eventually(async () => (await service.number(query, deviceNumber)) === readings.length);
  }
}

function query(deviceNumber: bigint, changes: Partial<telemetry.QueryReadingsRequest> = {}) {
  const request = { metric: 'power_w', fromMs: start, toMs: start + 2 * HOUR_MS, agg: '', timeZone: '' };
  return service.client.queryReadings({ deviceNumber, ...request, ...changes });
}

describe('points', () => {
  beforeAll(async () => {
    // Two hours of minutes, the second hour at twice the power; a momentary metric beside them.
    const minutes = Array.from({ length: 120 }, (_, minute) => ({
      timeMs: start + minute * MINUTE_MS,
      value: minute < 60 ? 100 : 200,
    }));
    await store(1n, [...minutes, { metric: 'rssi_dbm', timeMs: start, value: -60, intervalS: 0 }]);
  });

  it('are raw when few enough, and otherwise of the finest level that fits', async () => {
    const raw = await query(1n);
    expect(raw).toMatchObject({ metric: 'power_w', unit: 'W', stepS: 0, truncated: false });
    expect(raw.timeMs).toHaveLength(120);
    expect([raw.timeMs[0], raw.value[0], raw.value[119]]).toEqual([start, 100, 200]);
    const week = await query(1n, { fromMs: start - 40 * DAY_MS, toMs: start + DAY_MS });
    expect([week.stepS, week.timeMs.length]).toEqual([3600, 2]);
  });

  it.each([
    [60, 120, [100, 100]],
    [900, 8, [100, 100]],
    [3600, 2, [100, 200]],
  ])('come at a step of %i s', async (stepS, count, firstTwo) => {
    const answer = await query(1n, { stepS });
    expect(answer.stepS).toBe(stepS);
    expect(answer.timeMs).toHaveLength(count);
    expect(answer.value.slice(0, 2)).toEqual(firstTwo);
  });

  it.each([
    ['min', [100, 200]],
    ['max', [100, 200]],
    ['sum', [6000, 12_000]],
    ['count', [60, 60]],
    ['last', [100, 200]],
    ['mean', [100, 200]],
  ])('of hours are aggregated by %s', async (agg, expected) => {
    const answer = await query(1n, { stepS: 3600, agg });
    expect(answer.value).toEqual(expected);
  });

  it('of energy come from power', async () => {
    const raw = await query(1n, { metric: 'energy_wh', stepS: 0 });
    expect(raw.unit).toBe('Wh');
    expect(raw.value[0]).toBeCloseTo(100 / 60, 9);
    const hours = await query(1n, { metric: 'energy_wh', stepS: 3600 });
    expect(hours.value.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([100, 200]);
  });

  it.each<[string, Partial<telemetry.QueryReadingsRequest>]>([
    ['an aggregate that is none', { agg: 'median' }],
    ['a step that is not kept', { stepS: 61 }],
    ['a range that ends before it begins', { fromMs: 2, toMs: 1 }],
    ['a metric that is none', { metric: 'Power W' }],
  ])('are refused for %s', async (_what, changes) => {
    const error = await query(1n, changes).catch((thrown: unknown) => thrown);
    expect(isFault(error, 'invalid')).toBe(true);
  });

  it('of a metric that nobody ever had are none', async () => {
    expect((await query(1n, { metric: 'never_seen' })).timeMs).toEqual([]);
  });

  it('stand as newest values, energy next to power, even after weeks of silence', async () => {
    const { items } = await service.client.latestReadings({ deviceNumber: 1n });
    expect(items).toEqual([
      { metric: 'power_w', unit: 'W', timeMs: start + 119 * MINUTE_MS, value: 200 },
      { metric: 'energy_wh', unit: 'Wh', timeMs: start + 119 * MINUTE_MS, value: 200 / 60 },
      { metric: 'rssi_dbm', unit: 'dBm', timeMs: start, value: -60 },
    ]);
    await service.sql.query('DELETE FROM reading WHERE device_number = 1 AND time < now()');
    expect((await service.client.latestReadings({ deviceNumber: 1n })).items).toEqual(items);
  });
});

/** What every question about the energy of one device says. */
const only = (deviceNumber: bigint) => ({ deviceNumber, deviceNumbers: [], week: Buffer.alloc(0) });

describe('energy', () => {
  it('is summed up by hours, days and months of a zone, over a clock change', async () => {
    // 26 October 2025 has 25 hours in Sofia; one kilowatt all the time from one day before to one day after.
    const first = Date.parse('2025-10-24T21:00:00Z');
    const quarters = Array.from({ length: 4 * (24 + 25 + 24) }, (_, index) => ({
      timeMs: first + index * 15 * MINUTE_MS,
      value: 1000,
      intervalS: 900,
    }));
    await store(2n, quarters);
    const ask = (by: string, timeZone = 'Europe/Sofia') =>
      service.client.queryEnergy({
        ...only(2n),
        fromMs: first,
        toMs: first + 73 * HOUR_MS,
        by,
        timeZone,
      });
    const days = await ask('day');
    expect(days.items.map(({ startMs, endMs, energyWh }) => [(endMs - startMs) / HOUR_MS, energyWh])).toEqual(
      [
        [24, 24_000],
        [25, 25_000],
        [24, 24_000],
      ],
    );
    expect(days.items[0]?.startMs).toBe(first);
    expect(days.totalWh).toBe(73_000);
    const hours = await ask('hour', 'Asia/Kathmandu');
    expect(hours.items).toHaveLength(74);
    expect(hours.items[0]?.startMs).toBe(first - 45 * MINUTE_MS);
    expect(hours.totalWh).toBe(73_000);
    const months = await ask('month', 'Europe/Sofia');
    expect(months.items).toEqual([
      {
        startMs: Date.parse('2025-09-30T21:00:00Z'),
        endMs: Date.parse('2025-10-31T22:00:00Z'),
        energyWh: 73_000,
        bandWh: [73_000],
      },
    ]);
    // Whole days, although the range begins and ends inside them.
    const inside = {
      fromMs: first + HOUR_MS,
      toMs: first + 25 * HOUR_MS,
      by: 'day',
      timeZone: 'Europe/Sofia',
    };
    expect((await service.client.queryEnergy({ ...only(2n), ...inside })).totalWh).toBe(49_000);
    const error = await ask('week').catch((thrown: unknown) => thrown);
    expect(isFault(error, 'invalid')).toBe(true);
  });
});

describe('an export', () => {
  it('streams 100 000 readings in order, and ends when the reader goes away', async () => {
    const readings = Array.from({ length: 100_000 }, (_, index) => ({
      metric: index % 2 === 0 ? 'power_w' : 'rssi_dbm',
      timeMs: start - 2 * DAY_MS + index * 2_000,
      value: index,
    }));
    await store(3n, readings);
    const request = {
      deviceNumber: 3n,
      deviceNumbers: [],
      fromMs: start - 3 * DAY_MS,
      toMs: start + DAY_MS,
      metric: '',
    };
    let seen = 0;
    let pages = 0;
    for await (const page of service.client.exportReadings(request, { timeoutMs: 30_000 })) {
      pages++;
      for (const [index, value] of page.value.entries()) {
        const expected = readings[seen++];
        if (
          value !== expected?.value ||
          page.timeMs[index] !== expected.timeMs ||
          page.metric[index] !== expected.metric
        )
          expect.fail(`reading ${seen} is ${value}`);
      }
    }
    expect(seen).toBe(100_000);
    expect(pages).toBeGreaterThan(19);
    for (let round = 0; round < 6; round++) {
      for await (const page of service.client.exportReadings(request, { timeoutMs: 30_000 })) {
        expect(page.value.length).toBeGreaterThan(0);
        break;
      }
    }
    const power = service.client.exportReadings({ ...request, metric: 'power_w' }, { timeoutMs: 30_000 });
    let count = 0;
    for await (const page of power) count += page.value.length;
    expect(count).toBe(50_000);
  });
});

describe('the device log', () => {
  it('is listed newest first, by name, a page at a time', async () => {
    const batch: bus.LogBatch = {
      header: { node: 'edge-1', boot: 'log', sequence: 1n, traceparents: [] },
      organizations: [],
      sources: [{ deviceNumber: 4n, deviceId: 'd', organization: 0, epoch: 2n, dialect: 'berg' }],
      records: Array.from({ length: 5 }, (_, index) => ({
        source: 0,
        sequence: index,
        timeMs: start + Math.floor(index / 2) * 1000,
        name: index % 2 === 0 ? 'power_on' : 'did_print',
        level: 'info',
        message: `entry ${index}`,
        fieldsJson: index === 0 ? '' : `{"index":${index}}`,
      })),
    };
    for (const id of [uuidv7(), uuidv7()])
      await service.edge.persist(uplink.log, { node: 'n' }, batch, { id });
    const list = (cursor: string, limit = 2, name = '') =>
      service.client.listLog({ deviceNumber: 4n, limit, cursor, name });
    await eventually(async () => (await list('')).items.length === 2);
    const pages: telemetry.ListLogResponse[] = [];
    do pages.push(await list(pages.at(-1)?.nextCursor ?? ''));
    while (pages.at(-1)?.nextCursor !== '');
    const items = pages.flatMap((page) => page.items);
    expect(items.map(({ message }) => message)).toEqual([
      'entry 4',
      'entry 3',
      'entry 2',
      'entry 1',
      'entry 0',
    ]);
    expect(items[3]).toMatchObject({
      timeMs: start,
      name: 'did_print',
      level: 'info',
      fieldsJson: '{"index":1}',
      epoch: 2n,
    });
    expect((await list('', 50, 'did_print')).items).toHaveLength(2);
    const error = await list('nonsense').catch((thrown: unknown) => thrown);
    expect(isFault(error, 'invalid')).toBe(true);
  });
});

it('a deleted device leaves nothing behind', async () => {
  await store(5n, [{ timeMs: start, value: 1, report: { boot: 'b', seq: 1, entry: 0 } }]);
  const message = { deviceId: 'd5', deviceNumber: 5n, organizationId: 'o', atMs: Date.now() };
  await service.edge.persist(device.deleted, { device: 'd5' }, message, { id: uuidv7() });
  for (const table of [
    'reading',
    'report_seen',
    'rollup_minute',
    'rollup_quarter',
    'rollup_hour',
    'rollup_day',
  ]) {
    const left = `SELECT count(*) FROM ${table} WHERE device_number = 5`;
    await eventually(async () => (await service.number(left)) === 0, { what: `no rows in ${table}` });
  }
  expect((await service.client.latestReadings({ deviceNumber: 5n })).items).toEqual([]);
});
