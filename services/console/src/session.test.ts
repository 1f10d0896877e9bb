// One watch session: candidates in both directions, and new paths for media that is lost.
import { describe, expect, it } from 'vitest';
import { settled } from './_environment.js';
import { greet, play, playing, ready, SECOND, SESSION, watching } from './_watching.js';

const theirs = (candidate: string) => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
const FRESH = [{ urls: ['turn:fresh.example.test'], username: '2:viewer', credential: 'd' }];

async function negotiating() {
  const all = watching();
  greet(all.environment.lastSocket);
  const peer = await ready(all.environment);
  return { ...all, peer, socket: all.environment.lastSocket };
}

describe('candidates', () => {
  it('of the camera wait for its answer, in order, to the last one', async () => {
    const { environment, peer, socket } = await negotiating();
    for (const candidate of [theirs('a'), theirs('b'), null])
      socket.says('signal_ice', { session_id: SESSION, candidate });
    socket.says('signal_ice', { session_id: SECOND, candidate: theirs('other') });
    socket.says('signal_ice', { session_id: SESSION, candidate: 7 });
    await settled();
    expect(peer.added).toEqual([]);
    await play(environment);
    expect(peer.added).toEqual([theirs('a'), theirs('b'), null]);
    socket.says('signal_ice', { session_id: SESSION, candidate: theirs('c') });
    await settled();
    expect(peer.added).toHaveLength(4);
  });

  it('of the camera are counted when there are too many, and when the browser does not take them', async () => {
    const { environment, watcher, peer, socket } = await negotiating();
    for (let index = 0; index < 66; index++)
      socket.says('signal_ice', { session_id: SESSION, candidate: theirs(String(index)) });
    await play(environment);
    expect(peer.added).toHaveLength(64);
    peer.broken = true;
    socket.says('signal_ice', { session_id: SESSION, candidate: theirs('bad') });
    await settled();
    expect(await watcher.stats()).toMatchObject({ candidatesRefused: 3 });
    expect(watcher.state.phase).toBe('playing');
  });

  it('of this side follow the offer, to the last one', async () => {
    const { environment } = watching();
    environment.onPeer = (peer) => peer.events.candidate({ candidate: 'early' });
    greet(environment.lastSocket);
    await ready(environment).catch(() => undefined);
    const socket = environment.lastSocket;
    environment.peers[0]?.events.candidate(null);
    expect(socket.types().slice(-3)).toEqual(['signal_offer', 'signal_ice', 'signal_ice']);
    expect(socket.said.slice(-2).map(({ payload }) => payload['candidate'])).toEqual([
      { candidate: 'early' },
      null,
    ]);
  });
});

describe('a session', () => {
  it.each([
    ['no answer comes', 35_000, 'no_answer'],
    ['the answer leads nowhere', 20_000, 'media_failed'],
  ])('is given up when %s', async (_, afterMs, code) => {
    const { environment, watcher, peer, socket } = await negotiating();
    if (code === 'media_failed') {
      socket.says('signal_answer', { session_id: SESSION, sdp: { type: 'answer', sdp: 'v=0' } });
      await settled();
    }
    for (let ms = 0; ms < afterMs - 1_000; ms += 1_000) {
      await environment.pass(1_000);
      socket.says('heartbeat_ack');
    }
    expect(watcher.state.phase).toBe('negotiating');
    await environment.pass(1_000);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code } });
    expect(socket.last('end_watch')?.payload).toEqual({ session_id: SESSION });
    expect(peer.closed).toBe(true);
  });

  it.each(['refuses', 'hangs'])('is given up when the browser %s', async (how) => {
    const { environment, watcher, peer, socket } = await negotiating();
    peer.broken = how === 'refuses';
    peer.hangs = how === 'hangs';
    socket.says('signal_answer', { session_id: SESSION, sdp: { type: 'answer', sdp: 'nonsense' } });
    await environment.pass(how === 'hangs' ? 10_000 : 0);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code: 'media_failed' } });
  });

  it('takes one answer', async () => {
    const { environment, peer } = await negotiating();
    await play(environment);
    await play(environment);
    expect(peer.answers).toHaveLength(1);
  });
});

describe('media that is lost', () => {
  it('for a moment comes back by itself', async () => {
    const { environment, watcher, peer } = await playing();
    peer.becomes('disconnected');
    await environment.pass(3_999);
    peer.becomes('connected');
    await environment.pass(4_000);
    expect([peer.offers, watcher.state.phase]).toEqual([[false], 'playing']);
  });

  it.each([
    ['failed', 0],
    ['disconnected', 4_000],
  ] as const)('(%s) gets a new path, with fresh servers', async (state, afterMs) => {
    const { environment, watcher, peer, socket } = await playing();
    peer.becomes(state);
    await environment.pass(afterMs);
    expect(watcher.state).toMatchObject({ phase: 'interrupted', problem: { code: 'media_failed' } });
    const asked = socket.last('ice_servers_request');
    expect(asked?.payload).toEqual({ session_id: SESSION });
    // Whether the socket lives is found out at the same time.
    expect(socket.last('heartbeat')).toBeDefined();
    expect(peer.offers).toEqual([false]);
    socket.says('ice_servers', { session_id: SESSION, ice_servers: FRESH }, asked?.request_id);
    await settled();
    expect([peer.used, peer.offers]).toEqual([[FRESH], [false, true]]);
    expect(socket.last('signal_offer')?.payload).toMatchObject({ sdp: { sdp: 'v=0 2' } });
    // Of the new path before the answer to it.
    socket.says('signal_ice', { session_id: SESSION, candidate: theirs('new') });
    await settled();
    expect(peer.added).toEqual([]);
    await play(environment);
    expect(peer.added).toEqual([theirs('new')]);
    expect(watcher.state).toMatchObject({ phase: 'playing', sessionId: SESSION, problem: null });
  });

  it.each(['no answer', 'an error', 'servers that the browser refuses'])(
    'gets a new path over the old servers after %s',
    async (how) => {
      const { environment, watcher, peer, socket } = await playing();
      peer.becomes('failed');
      const asked = socket.last('ice_servers_request')?.request_id;
      socket.says('heartbeat_ack');
      if (how === 'an error') socket.says('error', { code: 'internal', session_id: SESSION }, asked);
      peer.refusesServers = how.startsWith('servers');
      if (peer.refusesServers) socket.says('ice_servers', { session_id: SESSION, ice_servers: FRESH }, asked);
      await environment.pass(how === 'no answer' ? 5_000 : 0);
      expect([peer.used, peer.offers]).toEqual([[], [false, true]]);
      await play(environment);
      expect(watcher.state.phase).toBe('playing');
      expect(await watcher.stats()).toMatchObject({ serversRefused: how.startsWith('servers') ? 1 : 0 });
    },
  );

  it('that comes back while servers are asked for needs no new path', async () => {
    const { environment, watcher, peer, socket } = await playing();
    peer.becomes('failed');
    peer.becomes('connected');
    socket.says('heartbeat_ack');
    await environment.pass(6_000);
    expect([peer.offers, watcher.state.phase]).toEqual([[false], 'playing']);
  });

  it.each([
    ['is not answered', 15_000],
    ['fails', 0],
    ['leads nowhere', 20_000],
  ])('is watched anew when the new path %s', async (how, afterMs) => {
    const { environment, watcher, peer, socket } = await playing();
    peer.becomes('failed');
    const asked = socket.last('ice_servers_request')?.request_id;
    socket.says('ice_servers', { session_id: SESSION, ice_servers: FRESH }, asked);
    await settled();
    if (how !== 'is not answered') {
      const sdp = { type: 'answer', sdp: 'v=0' };
      socket.says('signal_answer', { session_id: SESSION, sdp });
      await settled();
    }
    if (how === 'fails') peer.becomes('failed');
    socket.says('heartbeat_ack');
    await environment.pass(afterMs);
    expect(peer.closed).toBe(true);
    expect(watcher.state.phase).toBe('waiting');
    expect(socket.last('end_watch')?.payload).toEqual({ session_id: SESSION });
    await environment.pass(500);
    await ready(environment, SECOND);
    await play(environment, SECOND);
    expect(watcher.state).toMatchObject({ phase: 'playing', sessionId: SECOND });
  });

  it('while the socket is away gets a new path when it is back', async () => {
    const { environment, watcher, peer } = await playing();
    environment.lastSocket.events.closed(1006, '');
    peer.becomes('failed');
    expect(watcher.state).toMatchObject({ phase: 'interrupted', signaling: false });
    // Nudged by the loss of media, it is dialled at once.
    const socket = environment.lastSocket;
    expect(socket.closed).toBe(false);
    greet(socket, [SESSION]);
    const asked = socket.last('ice_servers_request')?.request_id;
    socket.says('ice_servers', { session_id: SESSION, ice_servers: FRESH }, asked);
    await settled();
    expect(peer.offers).toEqual([false, true]);
    await play(environment);
    expect(watcher.state).toMatchObject({ phase: 'playing', sessionId: SESSION });
  });

  it('along with the socket, which is found out later, gets a new path all the same', async () => {
    const { environment, watcher, peer, socket } = await playing();
    peer.becomes('failed');
    await environment.pass(5_000);
    expect(peer.offers).toEqual([false, true]);
    await environment.pass(3_000);
    expect([socket.closed, watcher.state.signaling]).toEqual([true, false]);
    await environment.pass(250);
    const next = environment.lastSocket;
    greet(next, [SESSION]);
    const asked = next.last('ice_servers_request')?.request_id;
    expect(asked).not.toBe(socket.last('ice_servers_request')?.request_id);
    next.says('ice_servers', { session_id: SESSION, ice_servers: FRESH }, asked);
    await settled();
    expect(peer.offers).toEqual([false, true, true]);
    await play(environment);
    expect(watcher.state).toMatchObject({ phase: 'playing', sessionId: SESSION });
  });
});
