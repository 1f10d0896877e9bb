// Watching one camera: from the request to the picture, through refusals and ends, until it is stopped.
import { describe, expect, it } from 'vitest';
import { settled } from './_environment.js';
import { greet, ICE_SERVERS, play, playing, ready, SECOND, SESSION, watching } from './_watching.js';

describe('watching', () => {
  it('leads from a request to a picture', async () => {
    const { environment, watcher, states } = watching();
    const socket = environment.lastSocket;
    greet(socket);
    const peer = await ready(environment);
    expect(peer.options).toMatchObject({ iceServers: ICE_SERVERS, iceTransportPolicy: 'all', audio: true });
    expect(socket.last('signal_offer')?.payload).toEqual({
      session_id: SESSION,
      sdp: { type: 'offer', sdp: 'v=0 1' },
    });
    expect(watcher.state).toMatchObject({ phase: 'negotiating', sessionId: SESSION });
    await play(environment);
    expect(peer.answers).toEqual([{ type: 'answer', sdp: 'v=0 answer' }]);
    expect(states.map(({ phase }) => phase)).toEqual(['connecting', 'asking', 'negotiating', 'playing']);
    expect(await watcher.stats()).toMatchObject({ framesDecoded: 21, candidatesRefused: 0 });
  });

  it.each([
    ['device_not_found', 'Device not found'],
    ['unauthorized', 'Unauthorized'],
    ['invalid_token', 'Invalid token'],
  ])('stops at %s', async (code, message) => {
    const { environment, watcher } = watching();
    const socket = environment.lastSocket;
    greet(socket);
    socket.says('error', { message, code }, socket.last('watch_request')?.request_id);
    expect(watcher.state).toMatchObject({ phase: 'stopped', problem: { code, message } });
    expect([socket.closed, environment.waits]).toEqual([true, 0]);
  });

  it.each([
    ['device_offline', 250, 500],
    ['viewer_limit', 5_000, 10_000],
  ])('asks again after %s, later each time', async (code, first, second) => {
    const { environment, watcher } = watching();
    const socket = environment.lastSocket;
    greet(socket);
    const requests = () => socket.types().filter((type) => type === 'watch_request').length;
    const refuse = () => socket.says('error', { code }, socket.last('watch_request')?.request_id);
    for (const waitMs of [first, second]) {
      refuse();
      const before = requests();
      expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code } });
      expect(watcher.state.retryAtMs).toBe(environment.now() + waitMs);
      await environment.pass(waitMs - 1);
      expect(requests()).toBe(before);
      await environment.pass(1);
      expect([requests(), watcher.state.phase]).toEqual([before + 1, 'asking']);
    }
    await ready(environment);
    await play(environment);
    expect(watcher.state).toMatchObject({ phase: 'playing', problem: null, retryAtMs: null });
  });

  it('asks again when a request is not answered, and ends what is answered too late', async () => {
    const { environment, watcher } = watching();
    const socket = environment.lastSocket;
    greet(socket);
    const late = socket.last('watch_request')?.request_id;
    await environment.pass(15_000);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code: 'unreachable' } });
    socket.says('watch_ready', { session_id: SECOND, ice_servers: [] }, late);
    expect(socket.last('end_watch')?.payload).toEqual({ session_id: SECOND });
    expect(environment.peers).toEqual([]);
  });

  it.each([
    ['device_disconnected', 'waiting', 'device_disconnected'],
    ['timeout', 'waiting', 'timeout'],
    ['error', 'waiting', 'device_error'],
    ['user_ended', 'stopped', 'user_ended'],
  ])('that is ended for %s: %s', async (reason, phase, code) => {
    const { environment, watcher, peer, socket } = await playing();
    socket.says('watch_ended', { session_id: SECOND, reason });
    expect(watcher.state.phase).toBe('playing');
    socket.says('watch_ended', { session_id: SESSION, reason });
    expect(watcher.state).toMatchObject({ phase, problem: { code }, sessionId: null });
    expect(peer.closed).toBe(true);
    await environment.pass(5_000);
    const requests = socket.types().filter((type) => type === 'watch_request').length;
    expect(requests).toBe(phase === 'waiting' ? 2 : 1);
  });

  it('begins anew when the camera gives the session up, but not for one bad message', async () => {
    const { environment, watcher, socket } = await playing();
    socket.says('error', { message: 'Invalid message', code: 'bad_request', session_id: SESSION });
    socket.says('error', { message: 'no lens', code: 'device_error', session_id: SECOND });
    expect(watcher.state.phase).toBe('playing');
    socket.says('error', { message: 'no lens', code: 'device_error', session_id: SESSION });
    expect(watcher.state.problem).toEqual({ code: 'device_error', message: 'no lens' });
    await environment.pass(500);
    await ready(environment, SECOND);
    await play(environment, SECOND);
    expect(watcher.state).toMatchObject({ phase: 'playing', sessionId: SECOND, problem: null });
  });

  it('asks soon again after a picture that lasted', async () => {
    const { environment, watcher, socket } = await playing();
    const ends = (id: string) =>
      socket.says('watch_ended', { session_id: id, reason: 'device_disconnected' });
    const waitMs = () => (watcher.state.retryAtMs ?? 0) - environment.now();
    ends(SESSION);
    expect(waitMs()).toBe(250);
    await environment.pass(250);
    await ready(environment, SECOND);
    await play(environment, SECOND);
    ends(SECOND);
    expect(waitMs()).toBe(500);
    await environment.pass(500);
    await ready(environment);
    await play(environment);
    await environment.pass(10_000);
    ends(SESSION);
    expect(waitMs()).toBe(250);
  });

  it('ends with the session when it is stopped, and leaves nothing behind', async () => {
    const { environment, watcher, peer, socket, states } = await playing();
    watcher.stop();
    watcher.stop();
    expect(socket.last('end_watch')?.payload).toEqual({ session_id: SESSION });
    expect([socket.closed, peer.closed, environment.waits]).toEqual([true, true, 0]);
    expect(watcher.state).toMatchObject({ phase: 'stopped', problem: null, sessionId: null });
    await settled();
    expect(states.filter(({ phase }) => phase === 'stopped')).toHaveLength(1);
    expect(await watcher.stats()).toBeUndefined();
  });

  it('survives a browser that makes no connection', async () => {
    const { environment, watcher } = watching();
    environment.onPeer = () => {
      throw new TypeError('not here');
    };
    greet(environment.lastSocket);
    await ready(environment).catch(() => undefined);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code: 'media_failed' } });
    expect(environment.lastSocket.last('end_watch')?.payload).toEqual({ session_id: SESSION });
  });
});

describe('a socket that comes back', () => {
  it('takes the session up again, and the picture never stops', async () => {
    const { environment, watcher, peer, states } = await playing();
    environment.lastSocket.events.closed(1001, 'Going away');
    peer.events.candidate({ candidate: 'late' });
    expect(watcher.state).toMatchObject({ phase: 'playing', signaling: false, problem: { code: 'busy' } });
    await environment.pass(500);
    const socket = environment.lastSocket;
    greet(socket, [SESSION]);
    expect(socket.last('hello')?.payload).toEqual({ token: 'jwt', resume: [SESSION] });
    expect(socket.said.slice(1)).toMatchObject([
      { type: 'signal_ice', payload: { session_id: SESSION, candidate: { candidate: 'late' } } },
    ]);
    await settled();
    expect(watcher.state).toMatchObject({ phase: 'playing', signaling: true, problem: null });
    expect(states.slice(-2).map(({ phase }) => phase)).toEqual(['playing', 'playing']);
    expect([peer.closed, environment.peers.length]).toEqual([false, 1]);
  });

  it('asks anew when the session is over', async () => {
    const { environment, watcher, peer } = await playing();
    environment.lastSocket.events.closed(1006, '');
    await environment.pass(250);
    greet(environment.lastSocket, []);
    expect([peer.closed, watcher.state.phase]).toEqual([true, 'asking']);
    expect(environment.lastSocket.last('end_watch')).toBeUndefined();
  });

  it('asks anew when there was no answer yet', async () => {
    const { environment, watcher } = watching();
    greet(environment.lastSocket);
    const peer = await ready(environment);
    environment.lastSocket.events.closed(1006, '');
    await environment.pass(250);
    greet(environment.lastSocket, []);
    expect(environment.lastSocket.last('hello')?.payload).toMatchObject({ resume: true });
    expect([peer.closed, watcher.state.phase]).toEqual([true, 'asking']);
  });

  it('asks again for what it was asking, and does not shorten a wait', async () => {
    const { environment, watcher } = watching();
    greet(environment.lastSocket);
    environment.lastSocket.events.closed(1006, '');
    await environment.pass(250);
    const socket = environment.lastSocket;
    greet(socket);
    expect(watcher.state.phase).toBe('asking');
    socket.says('error', { code: 'viewer_limit' }, socket.last('watch_request')?.request_id);
    socket.events.closed(1006, '');
    await environment.pass(500);
    greet(environment.lastSocket);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code: 'viewer_limit' } });
    await environment.pass(5_000);
    expect(watcher.state.phase).toBe('asking');
  });
});
