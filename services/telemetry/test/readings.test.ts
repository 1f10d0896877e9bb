// Batches from the bus become rows, rollups and live messages, each once.
import { eventually } from '@mooring/harness';
import { type bus, live } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, organization, startService, type TestService } from './_service.js';

const MINUTE_MS = 60_000;
const RAW = 'SELECT count(*) FROM reading WHERE device_number = $1';
const ROLLED = 'SELECT coalesce(sum(count), 0) FROM rollup_day WHERE device_number = $1';
const now = Date.now();

let service: TestService;
const watched: bus.LiveReading[] = [];

beforeAll(async () => {
  service = await startService();
  service.edge.subscribe(live.event, { organization }, ({ event }) => {
    if (event?.$case === 'readings') watched.push(...event.value.items);
  });
  await service.edge.flush();
});

afterAll(() => service?.stop());

/** Waits until a device has so many readings, as rows and in the rollups. */
async function settled(device: bigint, count: number): Promise<void> {
  await eventually(async () => (await service.number(RAW, device)) >= count, { what: 'rows' });
  await eventually(async () => (await service.number(ROLLED, device)) >= count, { what: 'rollups' });
}

describe('batches', () => {
  it('are stored whole, with the rollups of every level adding up to the rows', async () => {
    for (let round = 0; round < 20; round++) {
      const readings = Array.from({ length: 50 }, (_, index) => ({
        metric: index % 3 === 0 ? 'rssi_dbm' : 'power_w',
        timeMs: now - (round * 50 + index) * 61_000,
        value: Math.sin(round + index) * 100,
        intervalS: index % 3 === 0 ? 0 : 60,
      }));
      await service.send(batchOf(1n, readings));
    }
    await settled(1n, 1000);
    const { rows: raw } = await service.sql.query(
      `SELECT metric_id, count(*)::int, sum(value), min(value), max(value), sum(value * interval_s) AS integral,
         sum(interval_s)::float8 AS seconds FROM reading WHERE device_number = 1 GROUP BY 1 ORDER BY 1`,
    );
    expect(raw).toHaveLength(2);
    for (const level of ['minute', 'quarter', 'hour', 'day']) {
      const { rows } = await service.sql.query(
        `SELECT metric_id, sum(count)::int AS count, sum(sum), min(min), max(max), sum(integral) AS integral,
           sum(seconds) AS seconds FROM rollup_${level} WHERE device_number = 1 GROUP BY 1 ORDER BY 1`,
      );
      for (const [index, row] of rows.entries()) {
        for (const [name, value] of Object.entries(row)) expect(value).toBeCloseTo(raw[index]?.[name], 6);
      }
    }
  });

  it('are stored once when they come twice', async () => {
    const batch = batchOf(2n, [{ timeMs: now, value: 5 }]);
    await service.send(batch);
    await settled(2n, 1);
    await service.send(batch);
    await service.send(batch);
    await service.send(batchOf(2n, [{ timeMs: now + 1, value: 6 }]));
    await settled(2n, 2);
    expect(await service.number(RAW, 2n)).toBe(2);
    expect(await service.number(ROLLED, 2n)).toBe(2);
  });

  it('keep everything that a reading is', async () => {
    await service.send(batchOf(3n, [{ metric: 'rssi_dbm', timeMs: now - 7, value: -61.5, intervalS: 0 }]));
    await settled(3n, 1);
    const { rows } = await service.sql.query(
      `SELECT name, time, value, epoch, interval_s, sequence FROM reading JOIN metric ON id = metric_id
       WHERE device_number = 3`,
    );
    expect(rows).toEqual([
      { name: 'rssi_dbm', time: new Date(now - 7), value: -61.5, epoch: '3', interval_s: 0, sequence: 0 },
    ]);
  });

  it('lose the reports that the device had sent before, and nothing else', async () => {
    const report = (seq: number, entry = 0) => ({ boot: 'b7', seq, entry });
    const reading = (value: number, seq: number, metric = 'power_w') => ({
      metric,
      timeMs: now + value,
      value,
      report: report(seq),
    });
    await service.send(
      batchOf(4n, [reading(1, 1), reading(2, 1, 'energy_total_wh'), { timeMs: now, value: 3 }]),
    );
    await settled(4n, 3);
    await service.send(batchOf(4n, [reading(1, 1), reading(4, 2), reading(4, 2), { timeMs: now, value: 3 }]));
    await settled(4n, 5);
    const { rows } = await service.sql.query(
      'SELECT value FROM reading WHERE device_number = 4 ORDER BY value',
    );
    expect(rows.map(({ value }) => value)).toEqual([1, 2, 3, 3, 4]);
    expect(await service.number(ROLLED, 4n)).toBe(5);
  });

  it('leave a day where the organization begins it', async () => {
    // In Sofia the clock goes back on this day, which has 25 hours.
    const first = Date.parse('2025-10-25T21:00:00Z');
    const readings = Array.from({ length: 26 }, (_, hour) => ({
      timeMs: first + hour * 3_600_000,
      value: 1,
    }));
    await service.send(batchOf(5n, readings));
    await settled(5n, 26);
    const { rows } = await service.sql.query(
      'SELECT bucket, count FROM rollup_day WHERE device_number = 5 ORDER BY bucket',
    );
    expect(rows).toEqual([
      { bucket: new Date(first), count: 25 },
      { bucket: new Date(first + 25 * 3_600_000), count: 1 },
    ]);
  });

  it('reach those who watch, once stored', async () => {
    await service.send(batchOf(6n, [{ timeMs: now - MINUTE_MS, value: 8 }]));
    const seen = await eventually(() => watched.find(({ deviceId }) => deviceId === 'device-6'));
    expect(seen).toEqual({
      deviceId: 'device-6',
      metric: 'power_w',
      timeMs: now - MINUTE_MS,
      value: 8,
      intervalS: 60,
    });
    expect(await service.number(RAW, 6n)).toBe(1);
  });
});
