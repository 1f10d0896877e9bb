// A camera's viewers on the wire: who is answered, what is told, and what a lost socket does to them.
import { afterEach, describe, expect, it } from 'vitest';
import { type Peer as Socket, testServer } from '../_server.js';
import { type JsonObject, parseObject } from '../json.js';
import { type CameraDeviceOptions, cameraDevice } from './device.js';
import { type MakePeer, refusingPeer, textPeer } from './peer.js';

const ts = '2025-01-01T12:34:56.800Z';
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `resumed` is what hello_ack says of it. */
async function camera(options: Partial<CameraDeviceOptions> = {}, resumed?: readonly string[]) {
  const server = await testServer({
    message: (socket, text) => {
      if (parseObject(text)['type'] !== 'hello') return;
      say(socket, 'hello_ack', { device_id: 'cam-1', ...(resumed === undefined ? {} : { resumed }) });
    },
  });
  cleanups.push(server.close);
  const url = server.url;
  const device = cameraDevice({ url, identifier: 'cam-1', retryMs: 1, peer: textPeer, ...options });
  cleanups.push(device.close);
  return { server, device, socket: await server.socket(0) };
}
const say = (socket: Socket, type: string, payload: JsonObject): void => socket.send({ type, ts, payload });
const watch = (socket: Socket, id: string): void =>
  say(socket, 'watch_request', { session_id: id, user_id: '123', ice_servers: [] });
const offer = (socket: Socket, id: string): void =>
  say(socket, 'signal_offer', { session_id: id, sdp: { type: 'offer', sdp: 'v=0\r\n' } });

/** What the camera said about sessions, in order. */
const signals = (socket: Socket): JsonObject[] =>
  socket.seen.received.map(parseObject).filter(({ type }) => String(type).match(/^signal_|^error$/));
const said = async (socket: Socket, count: number): Promise<JsonObject[]> => {
  await socket.seen.until(() => signals(socket).length >= count, `${count} signals`);
  return signals(socket);
};

/** A peer that notes what it is told. */
function noting() {
  const told: string[] = [];
  const peer: MakePeer = ({ iceServers }) => {
    told.push(`ice servers ${JSON.stringify(iceServers)}`);
    return {
      offer: (sdp) => told.push(`offer ${sdp}`),
      candidate: (candidate) => told.push(`candidate ${JSON.stringify(candidate)}`),
      close: () => told.push('close'),
    };
  };
  return { told, peer };
}

describe('a camera with viewers', () => {
  it('answers an offer, then says its candidates and that there are no more', async () => {
    const { socket, device } = await camera();
    watch(socket, 's1');
    offer(socket, 's1');
    const heard = await said(socket, 3);
    expect(heard.map(({ type }) => type)).toEqual(['signal_answer', 'signal_ice', 'signal_ice']);
    expect(heard[0]?.['payload']).toMatchObject({ session_id: 's1', sdp: { type: 'answer' } });
    expect(heard[1]?.['payload']).toMatchObject({ candidate: { sdpMid: '0', sdpMLineIndex: 0 } });
    expect(heard[2]?.['payload']).toEqual({ session_id: 's1', candidate: null });
    expect(device.seen.violations).toEqual([]);
  });

  it('hands its peer ICE servers, every offer and every candidate as they came', async () => {
    const { told, peer } = noting();
    const { socket, device } = await camera({ peer });
    const servers = [{ urls: ['stun:stun.example.com'] }];
    say(socket, 'watch_request', { session_id: 's1', user_id: '123', ice_servers: servers });
    for (const sdp of ['one', 'two']) {
      say(socket, 'signal_offer', { session_id: 's1', sdp: { type: 'offer', sdp } });
    }
    for (const candidate of [{ candidate: 'c', usernameFragment: 'u' }, { candidate: '' }, null, '']) {
      say(socket, 'signal_ice', { session_id: 's1', candidate });
    }
    say(socket, 'watch_ended', { session_id: 's1', reason: 'user_ended' });
    await device.seen.until(() => device.seen.receivedCount === 9, 'all messages');
    expect(told).toEqual([
      'ice servers [{"urls":["stun:stun.example.com"]}]',
      'offer one',
      'offer two',
      'candidate {"candidate":"c","usernameFragment":"u"}',
      'candidate {"candidate":""}',
      'candidate null',
      'candidate ""',
      'close',
    ]);
    expect(device.watched.ids).toEqual([]);
  });

  it('has several at once, and turns away more than it can serve', async () => {
    const { socket, device } = await camera({ maxPeers: 2 });
    for (const id of ['s1', 's2', 's3']) watch(socket, id);
    for (const id of ['s1', 's2', 's3']) offer(socket, id);
    const heard = await said(socket, 7);
    expect(heard[0]).toMatchObject({
      type: 'error',
      payload: { session_id: 's3', message: 'Too many viewers' },
    });
    const answers = heard.filter(({ type }) => type === 'signal_answer');
    expect(answers.map(({ payload }) => (payload as JsonObject)['session_id'])).toEqual(['s1', 's2']);
    expect(device.watched.ids).toEqual(['s1', 's2']);
    await device.seen.until(() => device.seen.receivedCount === 7, 'the last offer');
    expect(device.watched.counts).toEqual({ stray: 1, unsent: 0, refused: 1 });
  });

  it('says why it cannot answer, and forgets the session', async () => {
    const { socket, device } = await camera({ peer: refusingPeer('No video here') });
    watch(socket, 's1');
    offer(socket, 's1');
    const [error] = await said(socket, 1);
    expect(error).toMatchObject({ type: 'error', payload: { session_id: 's1', message: 'No video here' } });
    expect(device.watched.ids).toEqual([]);
  });

  it('without a peer, only notes who asks', async () => {
    const server = await testServer();
    cleanups.push(server.close);
    const device = cameraDevice({ url: server.url, identifier: 'cam-1' });
    cleanups.push(device.close);
    const socket = await server.socket(0);
    watch(socket, 's1');
    offer(socket, 's1');
    await device.seen.message(({ type }) => type === 'signal_offer', 'the offer');
    expect(device.watched.counts.stray).toBe(0);
    expect(signals(socket)).toEqual([]);
  });
});

describe('a lost socket', () => {
  it('ends every session of a camera that cannot resume', async () => {
    const { told, peer } = noting();
    const { server, socket, device } = await camera({ peer });
    watch(socket, 's1');
    await device.seen.until(() => device.watched.ids.length === 1, 'the session');
    socket.drop();
    await device.seen.until(() => !device.seen.connected, 'the loss');
    expect(told).toEqual(['ice servers []', 'close']);
    const hello = await (await server.socket(1)).said({ type: 'hello' });
    expect(hello['payload']).toEqual({ device_id: 'cam-1' });
  });

  it('leaves them with a camera that resumes, and it keeps those that the platform has kept', async () => {
    const { server, socket, device } = await camera({ resume: true }, ['s2']);
    expect((await socket.said({ type: 'hello' }))['payload']).toMatchObject({ resume: true, sessions: [] });
    await device.seen.until(() => device.seen.ready, 'hello_ack');
    for (const id of ['s1', 's2']) watch(socket, id);
    await device.seen.until(() => device.watched.ids.length === 2, 'both sessions');
    socket.drop();
    const next = await server.socket(1);
    const hello = await next.said({ type: 'hello' });
    expect(hello['payload']).toMatchObject({ resume: true, sessions: ['s1', 's2'] });
    await device.seen.until(() => device.watched.ids.length === 1, 'the session that is left');
    offer(next, 's2');
    expect((await said(next, 1))[0]?.['payload']).toMatchObject({ session_id: 's2' });
  });

  it('closes them with the camera', async () => {
    const { told, peer } = noting();
    const { socket, device } = await camera({ peer, resume: true });
    await device.seen.until(() => device.seen.ready, 'hello_ack');
    watch(socket, 's1');
    await device.seen.until(() => device.watched.ids.length === 1, 'the session');
    await device.close();
    await device.seen.until(() => told.includes('close'), 'the end of its peer');
  });
});
