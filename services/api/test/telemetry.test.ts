// Readings, energy and cost, exports that are streamed no faster than they are read.

import { eventually } from '@mooring/harness';
import type { registry, telemetry } from '@mooring/proto';
import { Fault, serverStream, unary } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { device, deviceId, knowing, organization, organizationId } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

let api: Platform;
let tariffJson = '';
let endless = { chunks: 0, cancelled: false };
const queries: telemetry.QueryReadingsRequest[] = [];
const listed: registry.ListDevicesRequest[] = [];
/** How many devices the organization has. */
let crowd = 1;
const energies: telemetry.QueryEnergyRequest[] = [];
const exported: telemetry.ExportReadingsRequest[] = [];
const T0 = 1_700_000_000_000;

function chunk(rows: number, from = 0): telemetry.ExportReadingsResponse {
  const indices = Array.from({ length: rows }, (_, index) => from + index);
  return {
    metric: indices.map(() => 'power_w'),
    timeMs: indices.map((index) => T0 + index * 1000),
    value: indices.map((index) => index / 2),
    intervalS: indices.map(() => 10),
    deviceNumber: indices.map(() => 7n),
  };
}

const answers = {
  registry: {
    ...knowing,
    getOrganization: unary(async () => ({ organization: { ...organization, tariffJson } })),
    listDevices: unary(async (request: registry.ListDevicesRequest) => {
      listed.push(request);
      const from = Number(request.cursor);
      const items = Array.from({ length: Math.min(crowd - from, request.limit) }, () => device);
      const next = from + items.length;
      return { items, nextCursor: next < crowd ? String(next) : '' };
    }),
  },
  telemetry: {
    queryReadings: unary(async (request: telemetry.QueryReadingsRequest) => {
      queries.push(request);
      const points = { timeMs: [T0, T0 + 60_000], value: [1.5, 2] };
      return { metric: request.metric, unit: 'W', stepS: 60, ...points, truncated: false };
    }),
    latestReadings: unary(async () => ({ items: [{ metric: 'power_w', unit: 'W', timeMs: T0, value: 3 }] })),
    queryEnergy: unary(async (request: telemetry.QueryEnergyRequest) => {
      energies.push(request);
      const bandWh = request.week.length === 0 ? [500] : [100, 400];
      return {
        items: [{ startMs: T0, endMs: T0 + 3_600_000, energyWh: 500, bandWh }],
        totalWh: 500,
        devices: [{ deviceNumber: 7n, energyWh: 500, bandWh }],
      };
    }),
    exportReadings: serverStream(async function* (
      request: telemetry.ExportReadingsRequest,
      call,
    ): AsyncGenerator<telemetry.ExportReadingsResponse> {
      exported.push(request);
      if (request.metric === 'refused') throw new Fault('invalid', 'no such metric');
      yield chunk(2);
      yield chunk(1, 2);
      if (request.metric === 'broken') throw new Fault('unavailable', 'gone');
      if (request.metric !== 'endless') return;
      try {
        for (endless = { chunks: 0, cancelled: false }; !call.signal.aborted; endless.chunks++)
          yield chunk(5_000);
      } finally {
        endless.cancelled = true;
      }
    }),
  },
};

beforeAll(async () => {
  api = await platform(answers);
});
afterAll(() => api?.stop());

const ofAll = (path: string) =>
  ask(api.base, `GET /v1/organizations/${organizationId}${path}`, { token: 'owner' });
const at = (path: string) => ask(api.base, `GET /v1/devices/${deviceId}${path}`, { token: 'owner' });

describe('readings', () => {
  it('are asked for in the time zone of the organization, of the last day unless said otherwise', async () => {
    const { body } = await at('/readings?metric=power_w&step=60');
    expect(body).toEqual({
      metric: 'power_w',
      unit: 'W',
      step_s: 60,
      points: [
        ['2023-11-14T22:13:20.000Z', 1.5],
        ['2023-11-14T22:14:20.000Z', 2],
      ],
      truncated: false,
    });
    const query = queries.at(-1);
    expect(query).toMatchObject({ deviceNumber: 7n, stepS: 60, timeZone: 'Europe/Berlin', agg: '' });
    expect((query?.toMs ?? 0) - (query?.fromMs ?? 0)).toBe(86_400_000);
    await at('/readings?metric=power_w&agg=max&from=2023-11-14T22:13:20Z&to=2023-11-14T23:13:20%2B01:00');
    expect(queries.at(-1)).toBeDefined();
    expect(queries.at(-1)).not.toHaveProperty('stepS', 0);
  });

  it('are shown newest by metric', async () => {
    const latest = { metric: 'power_w', unit: 'W', time: '2023-11-14T22:13:20.000Z', value: 3 };
    expect((await at('/readings/latest')).body).toEqual({ items: [latest] });
  });
});

describe('energy', () => {
  const item = { start: '2023-11-14T22:13:20.000Z', end: '2023-11-14T23:13:20.000Z', energy_wh: 500 };

  it('costs what the tariff says, and null without one', async () => {
    tariffJson = '';
    const free = { items: [{ ...item, cost: null }], total_wh: 500, cost: null, currency: null };
    expect((await at('/energy?by=hour')).body).toEqual(free);
    tariffJson = '{"currency":"EUR","price_per_kwh":0.3}';
    const paid = { items: [{ ...item, cost: 0.15 }], total_wh: 500, cost: 0.15, currency: 'EUR' };
    expect((await at('/energy?by=hour')).body).toEqual(paid);
    expect((await at('/energy?by=week')).status).toBe(400);
  });

  it('costs what each band says, in the week of the household', async () => {
    const night = { name: 'Night', days: [1], from: '22:00', to: '06:00', price_per_kwh: 0.1 };
    tariffJson = JSON.stringify({ currency: 'EUR', price_per_kwh: 0.3, bands: [night] });
    const { body } = await at('/energy?by=hour');
    expect(body).toEqual({
      items: [{ ...item, cost: 0.07 }],
      total_wh: 500,
      cost: 0.07,
      currency: 'EUR',
      by_band: [
        { name: null, price_per_kwh: 0.3, energy_wh: 100, cost: 0.03 },
        { name: 'Night', price_per_kwh: 0.1, energy_wh: 400, cost: 0.04 },
      ],
    });
    const { week = Buffer.alloc(0), timeZone, deviceNumber } = energies.at(-1) ?? {};
    expect([week.length, week[87], week[88], week[119], week[120]]).toEqual([672, 0, 1, 1, 0]);
    expect([timeZone, deviceNumber]).toEqual(['Europe/Berlin', 7n]);
  });

  it('of an organization is that of its devices, together and each', async () => {
    tariffJson = '{"currency":"EUR","price_per_kwh":0.3}';
    const { body } = await ofAll('/energy?by=month&tag=kitchen');
    expect(body).toEqual({
      items: [{ ...item, cost: 0.15 }],
      total_wh: 500,
      cost: 0.15,
      currency: 'EUR',
      devices: [{ device_id: deviceId, name: 'Kettle', energy_wh: 500, cost: 0.15 }],
    });
    expect(energies.at(-1)).toMatchObject({ deviceNumbers: [7n], by: 'month', timeZone: 'Europe/Berlin' });
    expect(listed.at(-1)).toMatchObject({ organizationId, tag: 'kitchen' });
  });

  it('of an organization with more devices than one question takes is asked for by tag', async () => {
    crowd = 2_001;
    const { status, body } = await ofAll('/energy');
    crowd = 1;
    expect([status, body.errors]).toEqual([
      400,
      [{ field: 'tag', message: 'must leave at most 2000 devices' }],
    ]);
  });
});

describe('an export', () => {
  it('is a CSV file', async () => {
    const { headers, body } = await at('/readings/export');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="000d6f000273ce0b-readings.csv"');
    expect(body).toBe(
      'time,metric,value,unit,interval_s\r\n' +
        '2023-11-14T22:13:20.000Z,power_w,0,W,10\r\n' +
        '2023-11-14T22:13:21.000Z,power_w,0.5,W,10\r\n' +
        '2023-11-14T22:13:22.000Z,power_w,1,W,10\r\n',
    );
  });

  it('begins with the first reading where it says nothing', async () => {
    await at('/readings/export');
    // Zero would be asked for the last day.
    expect(exported.at(-1)?.fromMs).toBe(1);
  });

  it('of an organization says whose each reading is', async () => {
    const { headers, body } = await ofAll('/readings/export?metric=power_w');
    expect(headers.get('content-disposition')).toBe('attachment; filename="Home-readings.csv"');
    const [head, first] = String(body).split('\r\n');
    expect(head).toBe('device_id,device_name,time,metric,value,unit,interval_s');
    expect(first).toBe(`${deviceId},Kettle,2023-11-14T22:13:20.000Z,power_w,0,W,10`);
    expect(exported.at(-1)).toMatchObject({ deviceNumbers: [7n], metric: 'power_w' });
    const lines = String((await ofAll('/readings/export?format=ndjson')).body)
      .trimEnd()
      .split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      device_id: deviceId,
      device_name: 'Kettle',
      value: 0,
    });
  });

  it('is lines of JSON', async () => {
    const { headers, body } = await at('/readings/export?format=ndjson');
    expect(headers.get('content-disposition')).toContain('.ndjson"');
    const lines = String(body).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const reading = {
      time: '2023-11-14T22:13:20.000Z',
      metric: 'power_w',
      value: 0,
      unit: 'W',
      interval_s: 10,
    };
    expect(JSON.parse(lines[0] ?? '')).toEqual(reading);
  });

  it('that fails at once is a problem', async () => {
    const { status, body } = await at('/readings/export?metric=refused');
    expect([status, body.code]).toEqual([400, 'invalid']);
  });

  it('that breaks off is not taken for a whole one', async () => {
    await expect(at('/readings/export?metric=broken')).rejects.toThrow();
  });

  it('waits for a slow reader, and stops for one who leaves', async () => {
    const abort = new AbortController();
    const url = `${api.base}/v1/devices/${deviceId}/readings/export?metric=endless`;
    const headers = { authorization: 'Bearer owner' };
    const response = await fetch(url, { headers, signal: abort.signal });
    expect(response.status).toBe(200);
    // Nobody reads: what is made stops growing.
    let last = -1;
    await eventually(() => {
      const still = endless.chunks > 0 && endless.chunks === last;
      last = endless.chunks;
      return still;
    });
    expect(endless.chunks).toBeLessThan(200);
    abort.abort();
    await eventually(() => endless.cancelled);
  });
});
