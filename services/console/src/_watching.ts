// Brings a watcher of a test to where the test begins.
import { FakeEnvironment, type FakePeer, type FakeSocket, settled } from './_environment.js';
import { Watcher } from './watcher.js';
import type { WatchState } from './watching.js';

export const SESSION = '550e8400-e29b-41d4-a716-446655440000';
export const SECOND = '6ba7b810-9dad-41d1-80b4-00c04fd430c8';
export const ICE_SERVERS = [
  { urls: ['turn:turn.example.test'], username: '1:viewer_1_550e8400', credential: 'c' },
];

export function watching(more: { urls?: readonly string[]; tokens?: string[] } = {}) {
  const environment = new FakeEnvironment();
  const states: WatchState[] = [];
  const streams: MediaStream[] = [];
  const { urls = ['ws://one/ws/viewer', 'ws://two/ws/viewer'], tokens = ['jwt'] } = more;
  // A random number of 0 begins with the first edge.
  environment.randomness = 0;
  const watcher = new Watcher(environment, {
    urls,
    token: () => (tokens.length > 1 ? tokens.shift() : tokens[0]) ?? '',
    device: 'kitchen-cam-001',
    iceTransportPolicy: 'all',
    audio: true,
    onState: (state) => states.push(state),
    onStream: (stream) => streams.push(stream),
  });
  environment.randomness = 0.5;
  return { environment, watcher, states, streams };
}

/** The socket opens, and hello is acknowledged. */
export function greet(socket: FakeSocket, resumed?: readonly string[]): void {
  socket.events.opened();
  socket.says('hello_ack', { user_id: '1', ...(resumed === undefined ? {} : { resumed }) });
}

/** The request that waits is answered. */
export async function ready(environment: FakeEnvironment, sessionId = SESSION): Promise<FakePeer> {
  const socket = environment.lastSocket;
  const request = socket.last('watch_request');
  socket.says('watch_ready', { session_id: sessionId, ice_servers: ICE_SERVERS }, request?.request_id);
  await settled();
  return environment.lastPeer;
}

/** The camera answers, and media flows. */
export async function play(environment: FakeEnvironment, sessionId = SESSION): Promise<FakePeer> {
  const peer = environment.lastPeer;
  const sdp = { type: 'answer', sdp: 'v=0 answer' };
  environment.lastSocket.says('signal_answer', { session_id: sessionId, sdp });
  await settled();
  peer.becomes('connected');
  await settled();
  return peer;
}

/** All of it. */
export async function playing(more: Parameters<typeof watching>[0] = {}) {
  const all = watching(more);
  greet(all.environment.lastSocket);
  await ready(all.environment);
  const peer = await play(all.environment);
  return { ...all, peer, socket: all.environment.lastSocket };
}
