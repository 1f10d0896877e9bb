// Live streams: the snapshot first, then each change, for whoever may see it, until either side ends it.

import { eventually } from '@mooring/harness';
import { type bus, live } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Listening, listen } from './_client.js';
import { deviceId, knowing, organizationId } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

let api: Platform;
const other = '01890a5d-ac96-774b-bcce-b302099a8777';
const T0 = 1_700_000_000_000;

const answers = {
  registry: knowing,
  telemetry: {
    latestReadings: unary(async () => ({ items: [{ metric: 'power_w', unit: 'W', timeMs: T0, value: 3 }] })),
  },
};

beforeAll(async () => {
  api = await platform(answers, { API_LIVE_CLIENTS: '3' });
});
afterAll(() => api?.stop());

function tell(event: bus.LiveEvent['event'], organization = organizationId): void {
  api.bus.publish(live.event, { organization }, event === undefined ? {} : { event });
}

function reading(device: string, value: number): bus.LiveEvent['event'] {
  const items = [{ deviceId: device, metric: 'power_w', timeMs: T0 + value, value, intervalS: 10 }];
  return { $case: 'readings', value: { items } };
}

const seenOf = (stream: Listening, event: string) => stream.seen.filter((each) => each.event === event);

describe('a live stream', () => {
  it('begins with a snapshot, and then tells each kind of change', async () => {
    const stream = await listen(api.base, '/v1/live', 'owner');
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('x-content-type-options')).toBe('nosniff');
    await eventually(() => stream.seen.length === 1);
    const { devices, readings, truncated } = stream.seen[0]?.data ?? {};
    expect(devices[0]).toMatchObject({ id: deviceId, presence: { online: true } });
    expect(readings).toEqual([
      { device_id: deviceId, metric: 'power_w', time: '2023-11-14T22:13:20.000Z', value: 3, unit: 'W' },
    ]);
    expect(truncated).toBe(false);

    const atMs = T0;
    tell(reading(deviceId, 42));
    tell({
      $case: 'presence',
      value: { deviceId, online: false, epoch: 5n, edge: '', reason: 'closed', atMs },
    });
    tell({ $case: 'update', value: { deviceId, status: 'updating', progress: 12, reason: '', atMs } });
    await eventually(() => stream.seen.length === 4);
    expect(stream.seen.slice(1).map(({ event }) => event)).toEqual(['reading', 'presence', 'update']);
    expect(stream.seen[1]?.data).toMatchObject({ device_id: deviceId, value: 42, unit: 'W' });
    expect(stream.seen[2]?.data).toMatchObject({ online: false, epoch: 5, reason: 'closed', edge: null });
    expect(stream.seen[3]?.data).toMatchObject({ status: 'updating', progress: 12, reason: null });
    stream.leave();
    await stream.ended;
  });

  it('of one device tells of that one alone, and takes its token from the query', async () => {
    const stream = await listen(api.base, `/v1/devices/${deviceId}/live?access_token=owner`);
    await eventually(() => seenOf(stream, 'snapshot').length === 1);
    tell(reading(other, 1));
    tell(reading(deviceId, 2), other);
    tell(reading(deviceId, 3));
    await eventually(() => seenOf(stream, 'reading').length > 0);
    expect(seenOf(stream, 'reading').map(({ data }) => data.value)).toEqual([3]);
    stream.leave();
    await stream.ended;
  });

  it('is for nobody else', async () => {
    expect((await ask(api.base, `GET /v1/devices/${deviceId}/live`, { token: 'homeless' })).status).toBe(404);
    expect((await ask(api.base, `GET /v1/live?organization=${other}`, { token: 'owner' })).status).toBe(404);
    expect((await ask(api.base, 'GET /v1/live', { token: 'confined' })).status).toBe(403);
    expect((await ask(api.base, 'GET /v1/devices?access_token=owner')).status).toBe(401);
  });

  it('shares its subscription, which ends with the last one', async () => {
    const subscribed = async () => {
      tell(reading(deviceId, 0));
      await api.bus.flush();
      return (await ask(api.base, 'GET /healthz')).status === 200;
    };
    const streams = await Promise.all([1, 2].map(() => listen(api.base, '/v1/live', 'owner')));
    await eventually(() => streams.every((stream) => stream.seen.length === 1));
    tell(reading(deviceId, 9));
    await eventually(() => streams.every((stream) => seenOf(stream, 'reading').length === 1));
    streams[0]?.leave();
    await streams[0]?.ended;
    tell(reading(deviceId, 10));
    const second = streams[1];
    await eventually(() => second !== undefined && seenOf(second, 'reading').length === 2);
    second?.leave();
    await second?.ended;
    expect(await subscribed()).toBe(true);
  });

  it('is refused beyond the limit', async () => {
    const streams: Listening[] = [];
    await eventually(async () => {
      while (streams.length < 3) streams.push(await listen(api.base, '/v1/live', 'owner'));
      return streams.every((stream) => stream.status === 200);
    });
    const { status, headers } = await ask(api.base, 'GET /v1/live', { token: 'owner' });
    expect([status, headers.has('retry-after')]).toEqual([429, true]);
    for (const stream of streams) stream.leave();
    await Promise.all(streams.map((stream) => stream.ended));
  });

  it('ends when the process stops', async () => {
    const stream = await eventually(async () => {
      const opened = await listen(api.base, '/v1/live', 'owner');
      return opened.status === 200 && opened;
    });
    await eventually(() => stream.seen.length === 1);
    await api.stopApi();
    await stream.ended;
  });
});
