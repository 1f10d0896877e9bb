// The demo fleet: who is in it, what the names say, and that it ends when told to.
import { describe, expect, it } from 'vitest';
import { testServer } from './_server.js';
import { fridge, kettle, television, washer } from './appliances.js';
import { textPeer } from './camera/peer.js';
import { fleetDevices, startFleet } from './fleet.js';
import { type JsonObject, parseObject } from './json.js';

describe('the demo fleet', () => {
  it('connects once for each device, under names that show what it is, and ends on its signal', async () => {
    const server = await testServer({ subprotocol: 'bergcloud-bridge-v1' });
    const stop = new AbortController();
    const fleet = startFleet({ url: server.url, prefix: 'demo', signal: stop.signal });
    await server.sockets.until(() => server.sockets.receivedCount === 8, 'all connections');
    const paths = server.sockets.received.map(({ request }) => request.url?.split('?')[0]).sort();
    expect(paths).toEqual([
      '/api/v1/connection',
      '/device-socket/websocket',
      '/device-socket/websocket',
      '/socket',
      '/socket',
      '/socket',
      '/ws/device',
      '/ws/device',
    ]);
    const names = fleet.members.map(({ identifier }) => identifier);
    expect(names).toContain('demo-cam-kitchen');
    expect(names.filter((name) => /^2398\d{11}$/.test(name))).toHaveLength(3);
    expect(names.filter((name) => /^000d6fde30[0-9a-f]{6}$/.test(name))).toHaveLength(1);
    // Registered are those that connect, and the printer and the passive plug behind two of them.
    const registered = fleetDevices('demo').map(({ identifier }) => identifier);
    expect(registered).toEqual(expect.arrayContaining(names));
    expect(registered).toHaveLength(names.length + 2);
    // The second bit of a MAC address's first byte: locally administered.
    for (const name of names.filter((each) => /^2398/.test(each))) {
      expect(Number(BigInt(name) >> 40n) & 0x03).toBe(0x02);
    }
    stop.abort();
    await fleet.close();
    expect(fleet.members.some(({ seen }) => seen.connected)).toBe(false);
    await server.close();
  });

  it.each([
    ['answer viewers with the peer that it is given', { camera: textPeer }, 'signal_answer'],
    ['turn viewers away without one', {}, 'error'],
  ])('has cameras that %s', async (_, options, type) => {
    const server = await testServer({
      message: (peer, text) => {
        if (parseObject(text)['type'] !== 'hello') return;
        const say = (name: string, payload: JsonObject) => peer.send({ type: name, payload });
        say('watch_request', { session_id: 's1', user_id: '1', ice_servers: [] });
        say('signal_offer', { session_id: 's1', sdp: { type: 'offer', sdp: 'v=0' } });
      },
    });
    const fleet = startFleet({ url: server.url, prefix: 'demo', ...options });
    const cameras = () => server.sockets.received.filter(({ request }) => request.url === '/ws/device');
    await server.sockets.until(() => cameras().length === 2, 'both cameras');
    for (const socket of cameras()) await socket.said({ type });
    await fleet.close();
    await server.close();
  });

  it('has other ids under another prefix', () => {
    const start = (prefix: string) =>
      startFleet({ url: 'ws://127.0.0.1:1', prefix, signal: AbortSignal.abort() });
    const ids = [...start('demo').members, ...start('other').members].map(({ identifier }) => identifier);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('appliances', () => {
  const day = Array.from({ length: 1_440 }, (_, minute) => Date.UTC(2026, 0, 5) + minute * 60_000);

  it.each([
    ['fridge', fridge, 100, 130],
    ['kettle', kettle, 1_900, 2_100],
    ['television', television, 90, 110],
    ['washer', washer, 1_800, 2_000],
  ])('%s varies over a day, within what it can draw', (_, appliance, least, most) => {
    const watts = day.map(appliance);
    expect(Math.min(...watts)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...watts)).toBeLessThan(5);
    expect(Math.max(...watts)).toBeGreaterThan(least - 30);
    expect(Math.max(...watts)).toBeLessThanOrEqual(most);
    expect(watts).toEqual(day.map(appliance));
  });
});
