// One socket to one of the edges: how it greets, beats, breaks and comes back.
import { describe, expect, it } from 'vitest';
import { settled } from './_environment.js';
import { greet, playing, SESSION, watching } from './_watching.js';

describe('a socket', () => {
  it('greets with the token, and asks for the camera when it has been welcomed', async () => {
    const { environment, watcher } = watching();
    const socket = environment.lastSocket;
    expect([socket.url, socket.said]).toEqual(['ws://one/ws/viewer', []]);
    socket.events.opened();
    expect(socket.said).toMatchObject([{ type: 'hello', payload: { token: 'jwt', resume: true } }]);
    expect(watcher.state).toMatchObject({ phase: 'connecting', signaling: false, problem: null });
    socket.says('hello_ack', { user_id: '1' });
    expect(socket.last('watch_request')).toMatchObject({
      request_id: expect.any(String),
      payload: { device_id: 'kitchen-cam-001' },
    });
    expect(watcher.state).toMatchObject({ phase: 'asking', signaling: true });
  });

  it('that is not welcomed in 10 s is given up, and the next edge is tried', async () => {
    const { environment, watcher } = watching();
    const first = environment.lastSocket;
    first.events.opened();
    await environment.pass(9_999);
    expect(environment.sockets).toHaveLength(1);
    await environment.pass(1);
    expect(first.closed).toBe(true);
    expect(watcher.state).toMatchObject({ phase: 'waiting', problem: { code: 'unreachable' } });
    expect(watcher.state.retryAtMs).toBe(environment.now() + 250);
    await environment.pass(250);
    expect(environment.sockets.map(({ url }) => url)).toEqual(['ws://one/ws/viewer', 'ws://two/ws/viewer']);
  });

  it('backs off while edges fail, and begins anew after one that lasted', async () => {
    const { environment } = watching();
    const waits: number[] = [];
    const breaks = async () => {
      const from = environment.now();
      const { length } = environment.sockets;
      environment.lastSocket.events.closed(1006, '');
      while (environment.sockets.length === length) await environment.pass(50);
      waits.push(environment.now() - from);
    };
    for (let turn = 0; turn < 4; turn++) await breaks();
    greet(environment.lastSocket);
    await environment.pass(9_000);
    await breaks();
    greet(environment.lastSocket);
    await environment.pass(10_000);
    await breaks();
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 250]);
  });

  it('hears of itself no more once it is another one’s turn', async () => {
    const { environment, watcher } = watching();
    const first = environment.lastSocket;
    first.events.closed(1001, 'Going away');
    await environment.pass(500);
    greet(environment.lastSocket);
    first.events.closed(1008, 'Invalid token');
    first.says('hello_ack');
    expect(watcher.state.phase).toBe('asking');
  });

  it.each([
    ['the close says so', 1008, 'Invalid token', 'invalid_token'],
    ['the close says that nobody may', 1008, 'Unauthorized', 'unauthorized'],
  ])('does not come back when %s', async (_, code, reason, problem) => {
    const { environment, watcher } = watching();
    environment.lastSocket.events.opened();
    environment.lastSocket.events.closed(code, reason);
    expect(watcher.state).toMatchObject({ phase: 'stopped', problem: { code: problem }, retryAtMs: null });
    await environment.pass(600_000);
    expect([environment.sockets.length, environment.waits]).toEqual([1, 0]);
  });

  it('does not come back when the error says so and the reason of the close is lost', () => {
    const { environment, watcher } = watching();
    const socket = environment.lastSocket;
    socket.events.opened();
    socket.says('error', { message: 'Invalid token', code: 'invalid_token' });
    socket.events.closed(1006, '');
    expect(watcher.state).toMatchObject({ phase: 'stopped', problem: { code: 'invalid_token' } });
  });

  it('shows a token that was renewed meanwhile', async () => {
    const { environment } = watching({ tokens: ['old', 'new'] });
    environment.lastSocket.events.opened();
    environment.lastSocket.events.closed(1013, 'Try again later');
    await environment.pass(500);
    environment.lastSocket.events.opened();
    expect(environment.lastSocket.last('hello')?.payload).toMatchObject({ token: 'new' });
  });

  it('beats every 30 s, and is given up when nothing comes back', async () => {
    const { environment, socket, watcher } = await playing();
    const beats = () => socket.types().filter((type) => type === 'heartbeat').length;
    for (const turn of [1, 2]) {
      await environment.pass(30_000);
      expect(beats()).toBe(turn);
      socket.says('heartbeat_ack');
    }
    await environment.pass(30_000 + 7_999);
    expect([beats(), socket.closed]).toEqual([3, false]);
    await environment.pass(1);
    expect(socket.closed).toBe(true);
    expect(watcher.state).toMatchObject({ phase: 'playing', signaling: false, sessionId: SESSION });
  });

  it('is dialled at once when the network is back, and found out about when it was there', async () => {
    const { environment, socket } = await playing();
    environment.connects();
    expect(socket.last('heartbeat')).toBeDefined();
    socket.events.closed(1006, '');
    const { length } = environment.sockets;
    environment.connects();
    expect(environment.sockets).toHaveLength(length + 1);
    await settled();
  });
});
