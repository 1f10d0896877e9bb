// What the edge sheds, and in which order, when NATS stays away and its buffer runs out; and how it drains.
import { eventually } from '@mooring/harness';
import { exposition } from '@mooring/runtime';
import { expect, it } from 'vitest';
import { startEdge } from './_edge.js';
import { refusedStatus, Socket } from './_socket.js';

async function lost(kind: string, reason: string): Promise<number> {
  const { body } = await exposition(false);
  const line = body
    .split('\n')
    .find((text) => text.startsWith(`mooring_edge_events_lost_total{kind="${kind}",reason="${reason}"}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

it('refuses connections first, then closes viewers, then drops telemetry and counts it; keeps what it took', async () => {
  const edge = await startEdge({ EDGE_BUFFER_BYTES: String(128 * 1024), EDGE_FRAME_RATE_FACTOR: '10000' });
  const viewer = await Socket.open(`${edge.url}/ws/viewer`);
  viewer.send({ type: 'hello', payload: { token: 'token-of-1' } });
  await viewer.message('hello_ack');
  const plug = await Socket.open(`${edge.url}/socket`);
  plug.send({ cmd: 'hello', deviceId: '1' });
  await eventually(() => edge.registry.epoch('1') > 0n);
  await edge.nats.kill();
  await eventually(async () => (await refusedStatus(`${edge.url}/socket`)) === 503, {
    what: 'refused connections',
  });

  let sent = 0;
  await eventually(
    async () => {
      for (let i = 0; i < 200; i++)
        plug.send({
          cmd: 'report',
          deviceId: '1',
          consumptions: [{ interval: 60, consumption: ++sent % 4000 }],
        });
      return (await lost('reading', 'buffer_full')) > 0;
    },
    { what: 'dropped readings', withinMs: 20_000 },
  );
  expect((await viewer.closing()).code).toBe(1013);
  expect(plug.closed).toBeUndefined();
  await eventually(() => plug.raw.bufferedAmount === 0);

  await edge.nats.restart();
  const total = async () => edge.readings.length + (await lost('reading', 'buffer_full'));
  await eventually(async () => (await total()) === sent, {
    what: 'every reading stored or counted',
    withinMs: 20_000,
  });
  expect(edge.readings.length).toBeGreaterThan(0);
  plug.end();
  await edge.stop();
});

it('drains: tells every session with the code that makes it come back, and leaves nothing behind', async () => {
  const edge = await startEdge();
  const sockets = await Promise.all([
    Socket.open(`${edge.url}/ws/device`),
    Socket.open(`${edge.url}/socket`),
    Socket.open(`${edge.url}/socket/websocket?vsn=2.0.0`),
  ]);
  const [camera, plug] = sockets;
  camera.send({ type: 'hello', payload: { device_id: 'cam-drain' } });
  plug.send({ cmd: 'hello', deviceId: '2' });
  await eventually(() => edge.registry.epoch('cam-drain') > 0n && edge.registry.epoch('2') > 0n);
  plug.send({ cmd: 'report', deviceId: '2', consumptions: [{ interval: 60, consumption: 7 }] });
  await eventually(() => plug.raw.bufferedAmount === 0);
  await edge.stopEdge();
  const closes = await Promise.all(sockets.map((socket) => socket.closing()));
  expect(closes.map(({ code }) => code)).toEqual([1001, 1001, 1012]);
  expect(edge.registry.disconnected.map(({ reason }) => reason)).toEqual(['drain', 'drain']);
  await eventually(() => edge.readings.some(({ value }) => value === 7));
  await edge.stop();
});
