// A camera as the seed author's device program behaves: hello, heartbeat and ping, presence. It sends no video.
import type { JsonObject } from '../json.js';
import { type DeviceOptions, type Link, link, type Socket } from '../link.js';
import { Observations } from '../observations.js';
import { type CameraMessage, read, write } from './envelope.js';

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
}

export interface CameraDevice {
  readonly identifier: string;
  readonly seen: Observations<CameraMessage>;
  readonly link: Link;
  /** Reports a presence; with a request id the platform answers when it is durable. */
  reportPresence(payload: JsonObject, requestId?: string): void;
  send(type: string, payload: JsonObject, requestId?: string): void;
  close(): Promise<void>;
}

/** Connects to `/ws/device`. `seen.ready` means hello_ack; `seen.acks` counts hello, heartbeat and presence acks. */
export function cameraDevice(options: CameraDeviceOptions): CameraDevice {
  const seen = new Observations<CameraMessage>(options.keep ?? 200);
  let awaitsPong = false;

  const say = (socket: Socket | undefined, type: string, payload: JsonObject, requestId?: string): void =>
    socket?.send(write(type, zonelessTs(Date.now()), payload, requestId));

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
        const token = options.token === undefined ? {} : { token: options.token };
        say(socket, 'hello', { device_id: options.identifier, ...token });
        socket.every(options.heartbeatMs ?? 15_000, () => say(socket, 'heartbeat', {}));
        startPings(socket);
      },
      message: (text, socket) => {
        const { message, violation } = read(text);
        if (violation !== undefined) seen.violations.push(violation);
        if (message.type.endsWith('_ack')) seen.acks += 1;
        if (message.type === 'hello_ack' && !seen.ready) {
          seen.ready = true;
          startPresence(socket);
        }
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

  return {
    identifier: options.identifier,
    seen,
    link: connection,
    reportPresence: (payload, requestId) => say(connection.socket, 'device_presence', payload, requestId),
    send: (type, payload, requestId) => say(connection.socket, type, payload, requestId),
    close: connection.close,
  };
}

/** Microseconds and no zone: the author's program is Python and formats UTC without saying so. */
function zonelessTs(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000');
}
