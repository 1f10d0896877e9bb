// Plugs as their owner uses them: switched, measured, scheduled, cut off, and told about.
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from './_commands.js';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';

let mooring: TestStack;
let commands: ReturnType<typeof commandsOf>;
beforeAll(async () => {
  mooring = await startTestStack();
  commands = commandsOf(mooring.api);
});
afterAll(() => mooring?.stop());

const edge = (index: number): string => mooring.edges[index] ?? '';

async function plug(deviceId: string, hello: object = {}, at = 0) {
  const peer = await Peer.open(`${edge(at)}/socket`);
  peer.send({ cmd: 'hello', deviceId, ...hello });
  const device = await eventually(async () => {
    const found = await mooring.api.device('kinetid', deviceId);
    return found?.presence.online ? found : undefined;
  });
  return { peer, device };
}

const report = (deviceId: string, consumption: number) => ({
  cmd: 'report',
  deviceId,
  consumptions: [{ interval: 60, consumption }],
});

async function switched(peer: Peer, index = 0): Promise<{ id: string; on: boolean; deviceId: string }> {
  return eventually(
    () =>
      peer.received
        .map((text) => JSON.parse(text))
        .filter(({ cmd }) => cmd === 'switch')
        .at(index),
    { what: 'a switch', withinMs: 20_000 },
  );
}

describe('switch', () => {
  it('a bare plug is switched, and what it measures next confirms it', async () => {
    const { peer, device } = await plug('39628657580236');
    const made = await commands.make(device.id, { type: 'switch', on: false });
    const { id, ...rest } = await switched(peer);
    expect(rest).toEqual({ cmd: 'switch', deviceId: '39628657580236', on: false });
    expect(typeof id).toBe('string');
    await commands.reaches(made.id, 'unconfirmed');
    peer.send(report('39628657580236', 12));
    peer.send(report('39628657580236', 0));
    const done = await commands.reaches(made.id, 'succeeded');
    expect(done.timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'unconfirmed', 'succeeded']);
    peer.end();
  });

  it('a plug that acknowledges is asked once more when it does not, and under the same id', async () => {
    const { peer, device } = await plug('39628657580237', { v: 2, boot: 1, on: true });
    const made = await commands.make(device.id, { type: 'switch', on: false });
    const first = await switched(peer);
    const second = await switched(peer, 1);
    expect(second).toEqual(first);
    peer.send({ cmd: 'ack', deviceId: '39628657580237', id: first.id, on: false });
    await commands.reaches(made.id, 'succeeded');
    await eventually(async () => {
      const { delta, reported } = await mooring.api.get<{ delta: object; reported: { on?: boolean } }>(
        `/v1/devices/${device.id}/state`,
      );
      return reported.on === false && Object.keys(delta).length === 0;
    });
    const failed = await commands.make(device.id, { type: 'switch', on: true });
    const third = await switched(peer, 2);
    peer.send({ cmd: 'ack', deviceId: '39628657580237', id: third.id, error: 'relay_stuck' });
    expect(await commands.reaches(failed.id, 'failed')).toMatchObject({ code: 'relay_stuck' });
    peer.end();
  });

  it('a passive plug is switched through the active one, also after it moved to another', async () => {
    const { peer: first } = await plug('39628657580001', { v: 2 });
    first.send({ cmd: 'hello', deviceId: '700100', v: 2 });
    const passive = await eventually(async () => {
      const found = await mooring.api.device('kinetid', '700100');
      return found?.presence.online ? found : undefined;
    });
    const { peer: second } = await plug('39628657580002', { v: 2 }, 1);
    second.send({ cmd: 'hello', deviceId: '700100', v: 2 });
    await eventually(async () => {
      const found = await mooring.api.device('kinetid', '700100');
      return found?.presence.edge === 'edge-2' && found.parent_id !== passive.parent_id;
    });
    const made = await commands.make(passive.id, { type: 'switch', on: true });
    const { id, deviceId } = await switched(second);
    expect(deviceId).toBe('700100');
    second.send({ cmd: 'ack', deviceId, id, on: true });
    await commands.reaches(made.id, 'succeeded');
    expect(first.received.some((text) => text.includes('"switch"'))).toBe(false);
    first.end();
    second.end();
  });

  it('what is desired is told to a plug that comes back', async () => {
    const { peer, device } = await plug('39628657580003', { v: 2, boot: 1, on: false });
    peer.end();
    await eventually(
      async () => (await mooring.api.device('kinetid', '39628657580003'))?.presence.online === false,
    );
    const path = `/v1/devices/${device.id}/state`;
    const stale = await fetch(`${mooring.api.base}${path}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${mooring.file.owner.token}`,
        'content-type': 'application/json',
        'if-match': '"41"',
      },
      body: '{"desired":{"on":true}}',
      signal: AbortSignal.timeout(10_000),
    });
    expect(stale.status).toBe(412);
    const patched = await mooring.api.call('PATCH', path, { desired: { on: true } });
    expect(patched).toMatchObject({ status: 200, body: { desired: { on: true }, delta: { on: true } } });

    const { peer: back } = await plug('39628657580003', { v: 2, boot: 1, on: false }, 1);
    const { id, on } = await switched(back);
    expect(on).toBe(true);
    back.send({ cmd: 'ack', deviceId: '39628657580003', id, on: true });
    await eventually(async () => {
      const { delta } = await mooring.api.get<{ delta: object }>(path);
      return Object.keys(delta).length === 0;
    });
    back.end();
  });
});

it('a schedule runs once, and is told', async () => {
  const { peer, device } = await plug('39628657580004', { v: 2, on: false });
  const made = await mooring.api.call('POST', '/v1/schedules', { device_id: device.id, on: true, in_s: 1 });
  expect(made.status).toBe(201);
  const { id, deviceId } = await switched(peer);
  peer.send({ cmd: 'ack', deviceId, id, on: true });
  const schedule = await eventually(async () => {
    const path = `/v1/schedules/${(made.body as { id: string }).id}`;
    const found = await mooring.api.get<{ last_run_at: string | null; last_command_id: string }>(path);
    return found.last_run_at === null ? undefined : found;
  });
  expect(await commands.reaches(schedule.last_command_id, 'succeeded')).toMatchObject({ actor: 'schedule' });
  expect(peer.received.filter((text) => text.includes('"switch"'))).toHaveLength(1);
  peer.end();
});

it('too much power raises an alarm, switches the plug off and calls a webhook that can check who calls', async () => {
  const calls: { head: IncomingMessage['headers']; body: string }[] = [];
  const hook = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    // The first one is turned away, so that it has to come again.
    request.on('end', () => {
      calls.push({ head: request.headers, body });
      response.writeHead(calls.length === 1 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = hook.address() as AddressInfo;
    const { peer, device } = await plug('39628657580005', { v: 2, on: true });
    const webhook = await mooring.api.call('POST', '/v1/webhooks', {
      url: `http://127.0.0.1:${port}/alarms`,
    });
    expect(webhook.status).toBe(201);
    const { secret } = webhook.body as { secret: string };
    const rule = await mooring.api.call('POST', '/v1/alarm-rules', {
      name: 'Too much',
      device_id: device.id,
      metric: 'power_w',
      condition: 'above',
      threshold: 2_000,
      for_s: 0,
      action: 'switch_off',
    });
    expect(rule.status).toBe(201);

    peer.send(report('39628657580005', 2_500));
    const { id, on, deviceId } = await switched(peer);
    expect(on).toBe(false);
    peer.send({ cmd: 'ack', deviceId, id, on: false });
    const call = await eventually(() => calls[1], { what: 'the webhook, again', withinMs: 30_000 });
    expect(call.head['webhook-id']).toBe(calls[0]?.head['webhook-id']);
    const signed = `${call.head['webhook-id']}.${call.head['webhook-timestamp']}.${call.body}`;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(call.head['webhook-signature']).toBe(`v1,${signature}`);
    expect(JSON.parse(call.body)).toMatchObject({ type: 'alarm.raised' });

    const [alarm] = (await mooring.api.get<{ items: { id: string; state: string }[] }>('/v1/alarms')).items;
    expect(alarm?.state).toBe('raised');
    const acknowledged = await mooring.api.call('POST', `/v1/alarms/${alarm?.id}/acknowledge`);
    expect(acknowledged).toMatchObject({ status: 200, body: { state: 'acknowledged' } });
    peer.send(report('39628657580005', 0));
    await eventually(async () => {
      const { items } = await mooring.api.get<{ items: { state: string }[] }>('/v1/alarms');
      return items[0]?.state === 'cleared';
    });
    expect(peer.received.filter((text) => text.includes('"switch"'))).toHaveLength(1);
    peer.end();
  } finally {
    hook.closeAllConnections();
    hook.close();
  }
});

it('energy is counted by the meter where a plug has one, and costs what the tariff says', async () => {
  const { peer, device } = await plug('39628657580006', { v: 2, boot: 1 });
  const { organization_id } = await mooring.api.get<{ organization_id: string }>(`/v1/devices/${device.id}`);
  const tariff = { currency: 'EUR', price_per_kwh: 0.5 };
  const tariffed = await mooring.api.call('PATCH', `/v1/organizations/${organization_id}`, { tariff });
  expect(tariffed.status).toBe(200);
  // An hour that was over before the other plugs here measured anything; a minute at 60 W would be 1 Wh.
  const hourMs = 3_600_000;
  const fromMs = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
  const meter = (wh: number, seq: number) =>
    peer.send({
      cmd: 'report',
      deviceId: '39628657580006',
      seq,
      ts: fromMs / 1000 + (seq + 1) * 60,
      consumptions: [{ interval: 60, consumption: 60, wh }],
    });
  // One dip passes; three readings in a row are a counter that starts anew: 2 Wh before, 2 Wh after, none for the drop.
  for (const [seq, wh] of [5_000, 5_001, 0, 5_002, 0, 1, 2].entries()) meter(wh, seq);
  await eventually(async () => {
    const latest = await mooring.api.latest(device.id);
    return latest.find(({ metric }) => metric === 'energy_total_wh')?.value === 2;
  });
  const [from, to] = [fromMs, fromMs + hourMs].map((at) => new Date(at).toISOString());
  const span = `from=${from}&to=${to}&by=hour`;
  const used = { energy_wh: 4, cost: 0.002 };
  const total = { total_wh: 4, cost: 0.002, currency: 'EUR' };
  const energy = await mooring.api.get<object>(`/v1/devices/${device.id}/energy?${span}`);
  expect(energy).toEqual({ items: [{ start: from, end: to, ...used }], ...total });
  const household = await mooring.api.get<object>(`/v1/organizations/${organization_id}/energy?${span}`);
  expect(household).toMatchObject({ ...total, devices: [{ device_id: device.id, ...used }] });
  peer.end();
});
