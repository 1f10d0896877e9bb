// Who may connect under the policy `credentials`, and what a person who watches live then sees.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';

let mooring: TestStack;
beforeAll(async () => {
  mooring = await startTestStack({ edges: 1, deviceAuth: 'credentials' });
});
afterAll(() => mooring?.stop());

const edge = (): string => mooring.edges[0] ?? '';

/** A registered device's id. */
async function enrol(dialect: string, identifier: string): Promise<string> {
  const { status, body } = await mooring.api.call('POST', '/v1/devices', { dialect, identifier });
  expect(status, JSON.stringify(body)).toBe(201);
  return (body as { id: string }).id;
}

async function tokenFor(id: string): Promise<{ credential: string; secret: string }> {
  const { status, body } = await mooring.api.call('POST', `/v1/devices/${id}/credentials`, { type: 'token' });
  expect(status, JSON.stringify(body)).toBe(201);
  const { id: credential, secret } = body as { id: string; secret: string };
  return { credential, secret };
}

async function camera(payload: object): Promise<Peer> {
  const peer = await Peer.open(`${edge()}/ws/device`);
  peer.send({ type: 'hello', payload });
  return peer;
}

describe('a camera', () => {
  it('needs to be registered and to show its own token, until that is withdrawn', async () => {
    const stranger = await camera({ device_id: 'cam-stranger' });
    expect(await stranger.closing()).toBe(1008);
    const id = await enrol('camera', 'cam-1');
    const other = await tokenFor(await enrol('camera', 'cam-2'));
    const { credential, secret } = await tokenFor(id);
    for (const token of [undefined, 'guess', other.secret]) {
      const refused = await camera({ device_id: 'cam-1', ...(token === undefined ? {} : { token }) });
      expect(await refused.closing()).toBe(1008);
    }
    const admitted = await camera({ device_id: 'cam-1', token: secret });
    await admitted.message('hello_ack');
    expect((await mooring.api.call('DELETE', `/v1/devices/${id}/credentials/${credential}`)).status).toBe(
      204,
    );
    await admitted.closing();
    const again = await camera({ device_id: 'cam-1', token: secret });
    expect(await again.closing()).toBe(1008);
  });
});

describe('a plug', () => {
  it('needs its token once it has one, and a passive one its registration', async () => {
    const { secret } = await tokenFor(await enrol('kinetid', '777'));
    await enrol('kinetid', '778');
    const bare = await Peer.open(`${edge()}/socket`);
    bare.send({ cmd: 'hello', deviceId: '777' });
    expect(await bare.closing()).toBe(1008);
    const plug = await Peer.open(`${edge()}/socket`);
    plug.send({ cmd: 'hello', deviceId: '777', v: 2, token: secret });
    await plug.message('"ok":true');
    plug.send({ cmd: 'report', deviceId: '778', consumptions: [{ interval: 60, consumption: 5 }] });
    plug.send({ cmd: 'report', deviceId: '779', consumptions: [{ interval: 60, consumption: 5 }] });
    expect(JSON.parse(await plug.message('not_registered')).deviceId).toBe('779');
    const passive = await eventually(async () => {
      const found = await mooring.api.device('kinetid', '778');
      return found?.presence.online ? found : undefined;
    });
    expect(passive.parent_id).toBe((await mooring.api.device('kinetid', '777'))?.id);
    expect(await mooring.api.device('kinetid', '779')).toBeUndefined();
    plug.end();
  });
});

describe('a bridge and a Nerves device', () => {
  it('the one can carry no credential, so its registration is enough; the other gets 401 with a date', async () => {
    const message = { type: 'BridgeLog', bridge_address: '000d6f0002ff7a91', timestamp: 0, records: [] };
    const unknown = await Peer.open(`${edge()}/api/v1/connection`);
    unknown.send(message);
    expect(await unknown.closing()).toBe(1008);
    await enrol('berg', '000d6f0002ff7a91');
    const bridge = await Peer.open(`${edge()}/api/v1/connection`);
    bridge.send(message);
    await eventually(async () => (await mooring.api.device('berg', '000d6f0002ff7a91'))?.presence.online);
    bridge.end();

    const refusal = await new Promise<{ status: number; date: string | undefined; reason: unknown }>(
      (resolve) => {
        const socket = new WebSocket(`${edge()}/socket/websocket?vsn=2.0.0`);
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_, { statusCode = 0, headers }) => {
          resolve({ status: statusCode, date: headers.date, reason: headers['nh-connection-error-reason'] });
          socket.terminate();
        });
      },
    );
    expect(refusal).toMatchObject({ status: 401, reason: expect.stringContaining('no certificate pair') });
    expect(Math.abs(Date.now() - Date.parse(refusal.date ?? ''))).toBeLessThan(5_000);
  });
});

describe('live', () => {
  it('shows a snapshot first, then presence and readings once they are stored', async () => {
    const id = await enrol('kinetid', '888');
    const stop = new AbortController();
    const response = await fetch(`${mooring.api.base}/v1/devices/${id}/live`, {
      headers: { authorization: `Bearer ${mooring.file.owner.token}` },
      signal: stop.signal,
    });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString('utf8');
    })().catch(() => undefined);
    await eventually(() => text.includes('event: snapshot'));
    const plug = await Peer.open(`${edge()}/socket`);
    plug.send({ cmd: 'hello', deviceId: '888' });
    await eventually(() => text.includes('event: presence'));
    plug.send({ cmd: 'report', deviceId: '888', consumptions: [{ interval: 60, consumption: 31 }] });
    await eventually(() => text.includes('event: reading'));
    expect(text).toContain('31');
    // What is shown live is stored: the row is there by the time it is seen.
    expect((await mooring.api.points(id, 'power_w', '&step=0')).map(([, value]) => value)).toEqual([31]);
    expect(text.indexOf('event: snapshot')).toBeLessThan(text.indexOf('event: presence'));
    stop.abort();
    await reading;
    plug.end();
  });
});
