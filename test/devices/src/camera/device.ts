// A camera as the seed author's device program behaves: hello, heartbeat and ping, presence; and its viewers, if it has peers.
import type { JsonObject } from '../json.js';
import { type DeviceOptions, type Link, link, type Socket } from '../link.js';
import { Observations } from '../observations.js';
import { type CameraMessage, read, write } from './envelope.js';
import type { MakePeer } from './peer.js';
import { CameraSessions } from './sessions.js';

export interface CameraDeviceOptions extends DeviceOptions {
  readonly token?: string;
  /** 15 s in the author's program. */
  readonly heartbeatMs?: number;
  /** WebSocket ping every 20 s, given up after 10 s without its pong. */
  readonly pingMs?: number;
  readonly pongTimeoutMs?: number;
  /** What is reported as presence, every `presenceMs` (60 s unless told) and right after hello_ack; none unless given. */
  readonly presence?: (nowMs: number) => JsonObject;
  readonly presenceMs?: number;
  /** First wait before reconnecting, 2 s; doubles up to 60 s. */
  readonly retryMs?: number;
  /** How viewers are answered: `textPeer`, or the peer of `loadVideo()`. Without it watch requests are only noted. */
  readonly peer?: MakePeer;
  /** Viewers at once, 10 unless told. */
  readonly maxPeers?: number;
  /** Keeps its peers through a loss of the socket and names them in its next hello; the author's program does not. */
  readonly resume?: boolean;
}

export interface CameraDevice {
  readonly identifier: string;
  readonly seen: Observations<CameraMessage>;
  readonly link: Link;
  /** The watch sessions that it takes part in now; always empty without peers. */
  readonly watched: Pick<CameraSessions, 'ids' | 'counts'>;
  /** Reports a presence; with a request id the platform answers when it is durable. */
  reportPresence(payload: JsonObject, requestId?: string): void;
  send(type: string, payload: JsonObject, requestId?: string): void;
  close(): Promise<void>;
}

/** Connects to `/ws/device`. `seen.ready` means hello_ack; `seen.acks` counts hello, heartbeat and presence acks. */
export function cameraDevice(options: CameraDeviceOptions): CameraDevice {
  const seen = new Observations<CameraMessage>(options.keep ?? 200);
  const { peer, resume = false } = options;
  let awaitsPong = false;

  const say = (socket: Socket | undefined, type: string, payload: JsonObject, requestId?: string): void =>
    socket?.send(write(type, zonelessTs(Date.now()), payload, requestId));

  const sessions = new CameraSessions({
    ...(peer === undefined ? {} : { peer }),
    maxPeers: options.maxPeers ?? 10,
    send: (type, payload) => {
      say(connection.socket, type, payload);
      return connection.socket !== undefined;
    },
    note: (what, fields) => options.log?.(what, { identifier: options.identifier, ...fields }),
  });

  const hello = (): JsonObject => ({
    device_id: options.identifier,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(resume ? { resume, sessions: sessions.ids } : {}),
  });

  const startPings = (socket: Socket): void => {
    awaitsPong = false;
    socket.every(options.pingMs ?? 20_000, () => {
      awaitsPong = true;
      socket.ping();
      socket.after(options.pongTimeoutMs ?? 10_000, () => {
        if (awaitsPong) socket.drop();
      });
    });
  };

  const startPresence = (socket: Socket): void => {
    const { presence } = options;
    if (presence === undefined) return;
    const report = (): void => say(socket, 'device_presence', presence(Date.now()));
    report();
    socket.every(options.presenceMs ?? 60_000, report);
  };

  const connection = link(
    {
      url: `${options.url}/ws/device`,
      open: (socket) => {
        say(socket, 'hello', hello());
        if (!resume) socket.signal.addEventListener('abort', () => sessions.close(), { once: true });
        socket.every(options.heartbeatMs ?? 15_000, () => say(socket, 'heartbeat', {}));
        startPings(socket);
      },
      message: (text, socket) => {
        const { message, violation } = read(text);
        if (violation !== undefined) seen.violations.push(violation);
        if (message.type.endsWith('_ack')) seen.acks += 1;
        if (message.type === 'hello_ack' && !seen.ready) {
          seen.ready = true;
          sessions.keep(message.payload['resumed']);
          startPresence(socket);
        }
        sessions.take(message);
        seen.take(message);
      },
      pong: () => {
        awaitsPong = false;
      },
      // After 2, 4, 8 … 60 s, whatever the close said.
      retryMs: (failures) => Math.min(60_000, (options.retryMs ?? 2_000) * 2 ** Math.max(0, failures - 1)),
    },
    seen,
    options,
  );
  void connection.done.then(() => sessions.close());

  return {
    identifier: options.identifier,
    seen,
    link: connection,
    watched: sessions,
    reportPresence: (payload, requestId) => say(connection.socket, 'device_presence', payload, requestId),
    send: (type, payload, requestId) => say(connection.socket, type, payload, requestId),
    close: connection.close,
  };
}

/** Microseconds and no zone: the author's program is Python and formats UTC without saying so. */
function zonelessTs(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000');
}
