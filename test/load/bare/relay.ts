// The least that connects cameras and viewers: uWebSockets.js, a subject of core NATS per camera and session, no rights.

import uWS, { type WebSocket } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { RelayOptions } from '../watch/target.js';
import { listen } from './listen.js';

interface Peer {
  readonly role: 'device' | 'viewer';
}
interface Message {
  readonly type: string;
  readonly payload: { readonly device_id?: string; readonly session_id?: string };
}

const { port, natsUrl }: RelayOptions = JSON.parse(process.argv[2] ?? '{}');
const nats = await connect({ servers: natsUrl });
const utf8 = new TextDecoder();

/** Has everything on a subject written to a socket, and answers whoever asks to be answered. */
function pipe(subject: string, socket: WebSocket<Peer>): void {
  nats.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      const text = message.string();
      const { type, payload } = JSON.parse(text) as Message;
      if (type === 'watch_request') pipe(`to-device.${payload.session_id}`, socket);
      socket.send(text);
      message.respond('');
    },
  });
}

async function watch(socket: WebSocket<Peer>, deviceId: string): Promise<void> {
  const session_id = randomUUID();
  pipe(`to-viewer.${session_id}`, socket);
  const request = { type: 'watch_request', payload: { session_id, user_id: '1', ice_servers: [] } };
  await nats.request(`device.${deviceId}`, JSON.stringify(request), { timeout: 5_000 });
  socket.send(JSON.stringify({ type: 'watch_ready', payload: { session_id, ice_servers: [] } }));
}

function receive(socket: WebSocket<Peer>, text: string): void {
  const { type, payload } = JSON.parse(text) as Message;
  const { role } = socket.getUserData();
  if (type === 'hello') {
    if (role === 'device') pipe(`device.${payload.device_id}`, socket);
    socket.send('{"type":"hello_ack","payload":{}}');
  } else if (type === 'watch_request') {
    void watch(socket, payload.device_id ?? '');
  } else {
    nats.publish(`to-${role === 'device' ? 'viewer' : 'device'}.${payload.session_id}`, text);
  }
}

const behavior = (role: Peer['role']): uWS.WebSocketBehavior<Peer> => ({
  idleTimeout: 120,
  maxPayloadLength: 64 * 1024,
  upgrade: (response, request, context) =>
    response.upgrade({ role }, request.getHeader('sec-websocket-key'), '', '', context),
  message: (socket, data) => receive(socket, utf8.decode(data)),
});

listen(uWS.App().ws('/ws/device', behavior('device')).ws('/ws/viewer', behavior('viewer')), port);
process.once('disconnect', () => process.kill(process.pid));
