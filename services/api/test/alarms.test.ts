// Alarms through the API: from a rule and a reading to a person who acts, a page that watches and a receiver that is told.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@mooring/harness';
import { uplink } from '@mooring/proto';
import { type Bus, connectBus, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, listen } from './_client.js';
import { type Everything, everything } from './_everything.js';

let platform: Everything;
let edge: Bus;
let receiver: Server;
let owner: { readonly token: string; readonly organization: { readonly id: string } };
let device: { readonly id: string; readonly number: bigint };
const told: { readonly type: string; readonly data: { readonly alarm: { readonly id: string } } }[] = [];

const owned = (where: string, body?: unknown, headers = {}) =>
  ask(platform.base, where, { token: owner.token, headers, ...(body === undefined ? {} : { body }) });

beforeAll(async () => {
  platform = await everything('operator@example.test');
  edge = await connectBus({ url: platform.nats.url, name: 'edge-1' });
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const registered = { email: 'owner@example.test', password: 'correct horse' };
  owner = (await ask(platform.base, 'POST /v1/auth/register', { body: registered })).body;
  const plug = await owned('POST /v1/devices', { dialect: 'kinetid', identifier: '000d6f000273ce0b' });
  device = { id: plug.body.id, number: 1n };
});
afterAll(async () => {
  await edge?.close();
  receiver?.closeAllConnections();
  receiver?.close();
  await platform?.stop();
});

let sequence = 0n;

/** As an edge tells it of the device. */
async function reports(value: number): Promise<void> {
  await edge.persist(
    uplink.reading,
    { node: 'edge-1' },
    {
      header: { node: 'edge-1', boot: 'b', sequence: ++sequence, traceparents: [] },
      organizations: [{ id: owner.organization.id, timeZone: 'UTC' }],
      sources: [
        { deviceNumber: device.number, deviceId: device.id, organization: 0, epoch: 1n, dialect: 'kinetid' },
      ],
      metrics: ['power_w'],
      baseTimeMs: Date.now(),
      source: [0],
      metric: [0],
      timeOffsetMs: [0],
      value: [value],
      intervalS: [60],
      sequence: [0],
      reports: [],
    },
    { id: uuidv7() },
  );
}

const newest = async () => (await owned(`GET /v1/alarms?device=${device.id}`)).body.items[0];
const becomes = (state: string, value: number) =>
  eventually(
    async () => {
      await reports(value);
      const alarm = await newest();
      return alarm?.state === state && alarm;
    },
    { withinMs: 15_000 },
  );

describe('a rule', () => {
  it('is shown as it was made, once for a repeated request, and changed', async () => {
    const body = {
      name: 'Kettle',
      device_id: device.id,
      metric: 'power_w',
      condition: 'below',
      threshold: 5,
      for_s: 60,
    };
    const headers = { 'idempotency-key': 'once' };
    const made = await owned('POST /v1/alarm-rules', body, headers);
    expect(made.body).toMatchObject({
      ...body,
      hysteresis: 0,
      action: null,
      enabled: true,
      organization_id: owner.organization.id,
    });
    expect((await owned('POST /v1/alarm-rules', body, headers)).body).toEqual(made.body);
    const where = `/v1/alarm-rules/${made.body.id}`;
    const changed = await owned(`PATCH ${where}`, { threshold: 7, enabled: false });
    expect(changed.body).toEqual({ ...made.body, threshold: 7, enabled: false });
    expect((await owned(`GET /v1/alarm-rules?device=${device.id}`)).body.items).toEqual([changed.body]);
    expect((await owned(`DELETE ${where}`)).status).toBe(204);
    expect((await owned(`GET ${where}`)).status).toBe(404);
  });

  it.each([
    ['threshold', { condition: 'above' }],
    ['for_s', { condition: 'silence', for_s: 3 }],
    ['action', { condition: 'above', threshold: 1, action: 'switch_off', dialect: 'camera' }],
    ['organization_id', { condition: 'above', threshold: 1, elsewhere: true }],
  ])('is refused for its %s', async (field, { dialect, elsewhere, ...given }: Record<string, unknown>) => {
    const identifier = uuidv7();
    const other = dialect && (await owned('POST /v1/devices', { dialect, identifier })).body.id;
    const where = elsewhere && (await owned('POST /v1/organizations', { name: 'Elsewhere' })).body.id;
    const answer = await owned('POST /v1/alarm-rules', {
      ...{ metric: 'power_w', for_s: 0, device_id: other ?? device.id },
      ...(elsewhere ? { organization_id: where } : {}),
      ...given,
    });
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
  });
});

describe('an alarm', () => {
  it('is raised, shown live, told of, acknowledged and cleared by those who may', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const webhook = (await owned('POST /v1/webhooks', { url, name: 'Office' })).body;
    expect(webhook.secret).toMatch(/^whsec_/);
    const watching = await listen(
      platform.base,
      `/v1/live?organization=${owner.organization.id}`,
      owner.token,
    );
    const rule = { device_id: device.id, metric: 'power_w', condition: 'above', threshold: 2000, for_s: 0 };
    await owned('POST /v1/alarm-rules', rule);
    const alarm = await becomes('raised', 2500);
    expect(alarm).toMatchObject({
      device_id: device.id,
      value: 2500,
      acknowledged_by: null,
      cleared_at: null,
    });

    const key = { name: 'viewer', role: 'viewer', organization_id: owner.organization.id };
    const { secret: viewer } = (await owned('POST /v1/api-keys', key)).body;
    const where = `/v1/alarms/${alarm.id}`;
    const denied = await ask(platform.base, `POST ${where}/acknowledge`, { token: viewer });
    expect(denied.status).toBe(403);
    const acknowledged = await owned(`POST ${where}/acknowledge`);
    expect(acknowledged.body).toMatchObject({ id: alarm.id, state: 'acknowledged' });
    expect(acknowledged.body.acknowledged_by).not.toBeNull();
    const cleared = await owned(`POST ${where}/clear`);
    expect(cleared.body).toMatchObject({ id: alarm.id, state: 'cleared' });
    expect((await owned(`POST ${where}/acknowledge`)).status).toBe(409);

    const states = () =>
      watching.seen.filter(({ event, data }) => event === 'alarm' && data.alarm_id === alarm.id);
    await eventually(() => states().length === 3);
    expect(states().map(({ data }) => data.state)).toEqual(['raised', 'acknowledged', 'cleared']);
    watching.leave();
    await watching.ended;

    await eventually(() => told.filter(({ data }) => data.alarm.id === alarm.id).length === 3);
    const deliveries = `GET /v1/webhooks/${webhook.id}/deliveries?state=delivered`;
    await eventually(async () => (await owned(deliveries)).body.items.length === 3);
    const [delivery] = (await owned(deliveries)).body.items;
    expect(delivery).toMatchObject({
      event: expect.stringMatching(/^alarm\./),
      attempts: 1,
      last_status: 204,
    });
    const again = await owned(`POST /v1/webhooks/${webhook.id}/deliveries/${delivery.id}/retry`);
    expect(again.status).toBe(409);
  });
});
