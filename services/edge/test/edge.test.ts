// The edge on real sockets and a real NATS: what reaches the bus, what reaches the peer, and what one peer does to another.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdge, type TestEdge } from './_edge.js';
import { refusedStatus, Socket } from './_socket.js';

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

const plugHello = (deviceId: string) => ({ cmd: 'hello', deviceId });
const report = (deviceId: string, consumption: number) => ({
  cmd: 'report',
  deviceId,
  consumptions: [{ interval: 60, consumption }],
});
const envelope = (type: string, payload: object, request_id?: string) => ({
  type,
  ...(request_id === undefined ? {} : { request_id }),
  ts: '2025-01-01T12:34:56.789Z',
  payload,
});

async function plug(deviceId: string): Promise<Socket> {
  const socket = await Socket.open(`${edge.url}/socket`);
  socket.send(plugHello(deviceId));
  await eventually(() => edge.registry.epoch(deviceId) > 0n);
  return socket;
}

const HEADS: Readonly<Record<string, readonly unknown[]>> = {
  '/status/alive': [200, '14'],
  '/socket': [400, '38'],
  '/nowhere': [404, '16'],
};

describe('uplink', () => {
  it('carries a report to JetStream, one reading per entry', async () => {
    const socket = await plug('39628657580236');
    socket.send({
      cmd: 'report',
      deviceId: '39628657580236',
      consumptions: [
        { interval: 60, consumption: 42 },
        { interval: 60, consumption: 43 },
      ],
    });
    const own = () => edge.readings.filter(({ identifier }) => identifier === '39628657580236');
    await eventually(() => own().length === 2);
    expect(own().map(({ metric, value }) => [metric, value])).toEqual([
      ['power_w', 42],
      ['power_w', 43],
    ]);
    socket.end();
  });

  it('serves the extra port like the first', async () => {
    const socket = await Socket.open(`${edge.extraUrl}/ws/device`);
    socket.send(envelope('hello', { device_id: 'cam-extra' }));
    await socket.message('hello_ack');
    socket.end();
  });

  it('keeps what comes while NATS is away and sends it once when it is back', async () => {
    const socket = await plug('39628657580300');
    await edge.nats.kill();
    for (let i = 1; i <= 50; i++) socket.send(report('39628657580300', i));
    await edge.nats.restart();
    const own = () => edge.readings.filter(({ identifier }) => identifier === '39628657580300');
    await eventually(() => own().length >= 50, { withinMs: 20_000 });
    expect(
      own()
        .map(({ value }) => value)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    socket.end();
  });
});

describe('the ladder of acknowledgements', () => {
  it('received: a heartbeat is answered while NATS is away', async () => {
    const socket = await Socket.open(`${edge.url}/ws/device`);
    socket.send(envelope('hello', { device_id: 'cam-received' }));
    await socket.message('hello_ack');
    await edge.nats.kill();
    socket.send(envelope('heartbeat', {}));
    await socket.message('heartbeat_ack');
    await edge.nats.restart();
    socket.end();
  });

  it('durable: presence with a request id is acknowledged only once JetStream has it', async () => {
    const socket = await Socket.open(`${edge.url}/ws/device`);
    await eventually(() => edge.bus.connected);
    socket.send(envelope('hello', { device_id: 'cam-durable' }));
    await socket.message('hello_ack');
    await edge.nats.kill();
    socket.send(envelope('device_presence', { battery: 85 }, 'p-1'));
    socket.send(envelope('heartbeat', {}, 'after'));
    await socket.message('"after"');
    expect(socket.received.some((message) => message.includes('p-1'))).toBe(false);
    await edge.nats.restart();
    expect(await socket.message('p-1')).toContain('device_presence_ack');
    socket.end();
  });
});

describe('admission', () => {
  it('holds what a camera sends before it is admitted', async () => {
    let release: () => void = () => undefined;
    edge.registry.hold = new Promise((resolve) => {
      release = resolve;
    });
    const socket = await Socket.open(`${edge.url}/ws/device`);
    socket.send(envelope('hello', { device_id: 'cam-held' }));
    socket.send(envelope('heartbeat', {}));
    await eventually(() => socket.raw.bufferedAmount === 0);
    expect(socket.received).toEqual([]);
    release();
    await socket.message('heartbeat_ack');
    expect(socket.received.map((message) => JSON.parse(message).type)).toEqual([
      'hello_ack',
      'heartbeat_ack',
    ]);
    socket.end();
  });

  it('tells a refused camera why and closes 1008', async () => {
    edge.registry.refuse = ({ identifier }) =>
      identifier === 'cam-unknown' ? { code: 'not_found', message: 'unknown' } : undefined;
    const socket = await Socket.open(`${edge.url}/ws/device`);
    socket.send(envelope('hello', { device_id: 'cam-unknown' }));
    expect(await socket.closing()).toEqual({ code: 1008, reason: 'Device not found' });
  });

  it('lets a viewer in by its token', async () => {
    const good = await Socket.open(`${edge.url}/ws/viewer`);
    good.send(envelope('hello', { token: 'token-of-42' }));
    expect(JSON.parse(await good.message('hello_ack')).payload.user_id).toBe('42');
    const bad = await Socket.open(`${edge.url}/ws/viewer`);
    bad.send(envelope('hello', { token: 'forged' }));
    expect((await bad.closing()).code).toBe(1008);
    good.end();
  });

  it('reports the end of a session with its epoch', async () => {
    const socket = await plug('39628657580400');
    const epoch = edge.registry.epoch('39628657580400');
    socket.end();
    const own = edge.registry.number('39628657580400');
    const ended = await eventually(() =>
      edge.registry.disconnected.find(({ deviceNumber }) => deviceNumber === own),
    );
    expect(ended.epoch).toBe(epoch);
    expect(ended.reason).toBe('connection_lost');
  });

  it('reports who was heard', async () => {
    const other = await startEdge({ EDGE_SEEN_S: '1' });
    const socket = await Socket.open(`${other.url}/socket`);
    socket.send(plugHello('39628657580500'));
    const number = await eventually(
      () => other.registry.admitted[0] && other.registry.number('39628657580500'),
    );
    await eventually(() => other.registry.seen.some(({ deviceNumber }) => deviceNumber === number));
    socket.end();
    await other.stop();
  });
});

describe('delivery', () => {
  it('ends the superseded session and no other', async () => {
    const socket = await plug('39628657580600');
    const epoch = edge.registry.epoch('39628657580600');
    const superseded = { $case: 'superseded', value: {} } as const;
    expect(await edge.deliver('39628657580600', epoch + 1n, superseded)).toBe(false);
    expect(socket.closed).toBeUndefined();
    expect(await edge.deliver('39628657580600', epoch, superseded)).toBe(true);
    expect((await socket.closing()).code).toBe(1008);
    expect(await edge.deliver('39628657580600', epoch, superseded)).toBe(false);
  });

  it('disconnects a device that the platform no longer wants', async () => {
    const socket = await plug('39628657580700');
    const epoch = edge.registry.epoch('39628657580700');
    const disconnect = { $case: 'disconnect', value: { reason: 'device_deleted' } } as const;
    expect(await edge.deliver('39628657580700', epoch, disconnect)).toBe(true);
    await socket.closing();
    const own = edge.registry.number('39628657580700');
    const ended = await eventually(() =>
      edge.registry.disconnected.find(({ deviceNumber }) => deviceNumber === own),
    );
    expect(ended.reason).toBe('device_deleted');
  });
});

describe('limits', () => {
  it('closes a camera that sends too fast with 1008, and leaves another one alone', async () => {
    const calm = await Socket.open(`${edge.url}/ws/device`);
    calm.send(envelope('hello', { device_id: 'cam-calm' }));
    await calm.message('hello_ack');
    const hasty = await Socket.open(`${edge.url}/ws/device`);
    hasty.send(envelope('hello', { device_id: 'cam-hasty' }));
    for (let i = 0; i < 200; i++) hasty.send(envelope('heartbeat', {}));
    expect(await hasty.closing()).toEqual({ code: 1008, reason: 'Rate limit exceeded' });
    calm.send(envelope('heartbeat', {}));
    await calm.message('heartbeat_ack');
    calm.end();
  });

  it('closes a frame over the limit with 1009 and cuts one far over it', async () => {
    const over = await Socket.open(`${edge.url}/ws/device`);
    over.send('x'.repeat(70_000));
    expect((await over.closing()).code).toBe(1009);
    const far = await Socket.open(`${edge.url}/ws/device`);
    far.send('x'.repeat(1_000_000));
    expect((await far.closing()).code).toBe(1006);
  });

  it('answers unknown paths and plain requests, and echoes the berg subprotocol only when offered', async () => {
    expect(await refusedStatus(`${edge.url}/nowhere`)).toBe(404);
    const http = edge.url.replace('ws:', 'http:');
    expect((await fetch(`${http}/socket`)).status).toBe(400);
    expect(await (await fetch(`${http}/status/alive`)).text()).toBe('Hello, Friend!');
    // Twice on one connection: a body after the first head would be read as the second answer.
    for (const path of ['/status/alive', '/socket', '/nowhere', '/status/alive']) {
      const { status, headers } = await fetch(`${http}${path}`, { method: 'HEAD' });
      expect([status, headers.get('content-length')]).toEqual(HEADS[path]);
    }
    const offered = await Socket.open(`${edge.url}/api/v1/connection`, ['bergcloud-bridge-v1']);
    expect(offered.raw.protocol).toBe('bergcloud-bridge-v1');
    const silent = await Socket.open(`${edge.url}/api/v1/connection`, [], { perMessageDeflate: true });
    expect([silent.raw.protocol, silent.raw.extensions]).toEqual(['', '']);
    offered.end();
    silent.end();
  });
});
