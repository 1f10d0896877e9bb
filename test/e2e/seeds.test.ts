// What the documents behind each dialect show, replayed byte for byte; what the HTTP API then says.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer, rawUpgrade } from './_peer.js';
import { bergMessages, cameraDeviceMessages, kinetidHelloFrame, nervesClientFrames } from './_seeds.js';
import { startTestStack, type TestStack } from './_stack.js';

let mooring: TestStack;
beforeAll(async () => {
  mooring = await startTestStack();
});
afterAll(() => mooring?.stop());

const edge = (index: number): string => mooring.edges[index] ?? '';

// Every scenario on either edge: which one a device reaches must not matter.
describe.each([0, 1])('at edge %i', (at) => {
  it('a Little Printer bridge and its printer', async () => {
    const messages = bergMessages();
    const [first = '', ...later] = messages.filter((message) => message.includes('000d6f0002ff7a91'));
    const bridgeSocket = await Peer.open(`${edge(at)}/api/v1/connection`, ['bergcloud-bridge-v1']);
    const before = await mooring.api.device('berg', '000d6f000273ce0b');
    const disconnect = later.find((message) => message.includes('device_disconnect')) ?? '';
    bridgeSocket.send(first);
    for (const message of later) if (message !== disconnect) bridgeSocket.send(message);

    const bridge = await eventually(async () => {
      const found = await mooring.api.device('berg', '000d6f0002ff7a91');
      return found?.presence.online && found.profile['model'] ? found : undefined;
    });
    expect(bridge.profile).toMatchObject({ model: 'B' });
    expect(bridge.firmware).toMatchObject({ version: 'v2.3.1-f3c7946' });
    const records = await eventually(async () => {
      const log = (await mooring.api.log(bridge.id)).filter(({ name }) => name === 'bridge_log');
      return log.length === 4 * (at + 1) ? log : undefined;
    });
    expect(records[0]?.message).toBe('Socket connection refused');

    const printer = await eventually(async () => {
      const found = await mooring.api.device('berg', '000d6f000273ce0b');
      return found?.presence.online &&
        found.firmware?.['version'] &&
        found.presence.epoch > (before?.presence.epoch ?? 0)
        ? found
        : undefined;
    });
    expect(printer.parent_id).toBe(bridge.id);
    expect(printer.firmware).toMatchObject({ version: 'v0.5-12-g26e82f0' });
    const latest = await eventually(async () => {
      const items = await mooring.api.latest(printer.id);
      return items.length >= 2 ? items : undefined;
    });
    expect(latest.find(({ metric }) => metric === 'uptime_s')?.value).toBe(20);
    expect(latest.find(({ metric }) => metric === 'rssi_dbm')?.value).toBe(-31);

    bridgeSocket.send(disconnect);
    await eventually(
      async () => (await mooring.api.device('berg', '000d6f000273ce0b'))?.presence.online === false,
    );
    bridgeSocket.end();
    await eventually(
      async () => (await mooring.api.device('berg', '000d6f0002ff7a91'))?.presence.online === false,
    );
  });

  it('a Kinetid plug, its hello as the listed bytes', async () => {
    const own = async () => mooring.api.device('kinetid', '39628657580236');
    const before = await own();
    const stored = async () =>
      before ? (await mooring.api.points(before.id, 'power_w', '&step=0')).length : 0;
    const had = await stored();
    const socket = await rawUpgrade(`${edge(at)}/socket`);
    socket.write(kinetidHelloFrame());
    const device = await eventually(async () => {
      const found = await own();
      return found?.presence.online && found.presence.epoch > (before?.presence.epoch ?? 0)
        ? found
        : undefined;
    });
    socket.write(
      masked(
        '{"cmd":"report","deviceId":"39628657580236","consumptions":[{"interval":60,"consumption":42},{"interval":60,"consumption":60}]}',
      ),
    );
    const points = await eventually(async () => {
      const found = await mooring.api.points(device.id, 'power_w', '&step=0');
      return found.length === had + 2 ? found : undefined;
    });
    expect(points.filter(([, value]) => value === 42)).toHaveLength(at + 1);
    const days = await mooring.api.points(device.id, 'energy_wh', '&step=86400');
    const total = days.reduce((sum, [, value]) => sum + value, 0);
    expect(total).toBeCloseTo(((42 + 60) / 60) * (at + 1), 6);
    socket.destroy();
    await eventually(async () => (await own())?.presence.online === false);
  });

  it('a camera', async () => {
    const [hello = '', heartbeat = '', ...rest] = cameraDeviceMessages();
    const presence = rest.find((message) => message.includes('device_presence')) ?? '';
    const socket = await Peer.open(`${edge(at)}/ws/device`);
    socket.send(hello);
    await socket.message('hello_ack');
    socket.send(heartbeat);
    await socket.message('heartbeat_ack');
    socket.send(presence);
    const device = await eventually(async () => {
      const found = await mooring.api.device('camera', 'kitchen-cam-001');
      return found?.presence.online && found.state.reported['presence'] ? found : undefined;
    });
    expect(device.state.reported['presence']).toMatchObject({
      battery: 85,
      temperature: 45,
      recording: false,
    });
    const battery = await eventually(async () =>
      (await mooring.api.latest(device.id)).find(({ metric }) => metric === 'presence_battery'),
    );
    expect(battery.value).toBe(85);
    socket.end();
    await eventually(
      async () => (await mooring.api.device('camera', 'kitchen-cam-001'))?.presence.online === false,
    );
  });

  it('a Nerves device that says nothing of itself', async () => {
    const [join = '', ...frames] = nervesClientFrames();
    const known = new Set((await mooring.api.devices('&dialect=nerveshub')).map(({ id }) => id));
    const socket = await Peer.open(`${edge(at)}/socket/websocket?vsn=2.0.0`);
    socket.send(join);
    expect(JSON.parse(await socket.message('phx_reply'))[4]).toEqual({ status: 'ok', response: {} });
    for (const frame of frames) socket.send(frame);
    const device = await eventually(async () =>
      (await mooring.api.devices('&dialect=nerveshub&online=true')).find(({ id }) => !known.has(id)),
    );
    const update = await eventually(async () => {
      const { items } = await mooring.api.get<{ items: { progress: number | null }[] }>(
        `/v1/devices/${device.id}/updates`,
      );
      return items.find(({ progress }) => progress === 42);
    });
    expect(update.progress).toBe(42);
    socket.end();
  });
});

/** A text frame as a client sends it. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.from([1, 2, 3, 4]);
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}
