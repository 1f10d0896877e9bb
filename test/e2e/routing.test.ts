// One device on two edges: newest wins, and the old socket's end changes nothing. A viewer is let in by its token.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';

let mooring: TestStack;
beforeAll(async () => {
  mooring = await startTestStack();
});
afterAll(() => mooring?.stop());

const edge = (index: number): string => mooring.edges[index] ?? '';
const hello = (device_id: string, more: object = {}) => ({
  type: 'hello',
  ts: new Date(0).toISOString(),
  payload: { device_id, ...more },
});

it('newest wins across edges, and an old close never marks the new session offline', async () => {
  const first = await Peer.open(`${edge(0)}/ws/device`);
  first.send(hello('cam-roaming'));
  await first.message('hello_ack');
  const before = await eventually(() => mooring.api.device('camera', 'cam-roaming'));
  expect(before.presence).toMatchObject({ online: true, edge: 'edge-1' });

  const second = await Peer.open(`${edge(1)}/ws/device`);
  second.send(hello('cam-roaming'));
  await second.message('hello_ack');
  expect(await first.closing()).toBe(1008);

  const after = await eventually(async () => {
    const { items } = await mooring.api.get<{ items: { disconnected_at: string | null; edge: string }[] }>(
      `/v1/devices/${before.id}/connections`,
    );
    return items.some((item) => item.edge === 'edge-1' && item.disconnected_at)
      ? mooring.api.device('camera', 'cam-roaming')
      : undefined;
  });
  expect(after.presence).toMatchObject({ online: true, edge: 'edge-2' });
  expect(after.presence.epoch).toBeGreaterThan(before.presence.epoch);
  second.send({ type: 'heartbeat', payload: {} });
  await second.message('heartbeat_ack');
  second.end();
  await eventually(
    async () => (await mooring.api.device('camera', 'cam-roaming'))?.presence.online === false,
  );
});

it('a viewer is let in at any edge with the token of the HTTP API', async () => {
  const viewer = await Peer.open(`${edge(1)}/ws/viewer`);
  viewer.send({ type: 'hello', payload: { token: mooring.file.owner.token } });
  const { user } = await mooring.api.get<{ user: { id: string } }>('/v1/me');
  expect(JSON.parse(await viewer.message('hello_ack')).payload.user_id).toBe(user.id);
  viewer.end();
});

it('the health of every part is told', async () => {
  const { state, parts } = await mooring.api.get<{ state: string; parts: Record<string, { state: string }> }>(
    '/healthz',
  );
  expect(state).toBe('ok');
  const names = [
    ...['edge-1', 'edge-2', 'firmware-update', 'nats'],
    ...['printing', 'registry', 'signaling', 'telemetry'],
  ];
  expect(Object.keys(parts).sort()).toEqual(names);
});

it('a deleted device is disconnected', async () => {
  const socket = await Peer.open(`${edge(1)}/ws/device`);
  socket.send(hello('cam-deleted'));
  await socket.message('hello_ack');
  const device = await eventually(() => mooring.api.device('camera', 'cam-deleted'));
  expect((await mooring.api.call('DELETE', `/v1/devices/${device.id}`)).status).toBe(204);
  expect(await socket.closing()).toBe(1008);
  expect((await mooring.api.call('GET', `/v1/devices/${device.id}`)).status).toBe(404);
});
