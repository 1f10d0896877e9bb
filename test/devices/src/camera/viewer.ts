// A viewer as the seed author's web page behaves: it does not wait for hello_ack and does not come back. It shows no video.
import type { JsonObject } from '../json.js';
import { type DeviceOptions, type Link, link } from '../link.js';
import { Observations } from '../observations.js';
import { type CameraMessage, read, write } from './envelope.js';

/** `identifier` is a name for logs only: a viewer is known by its token. */
export interface CameraViewerOptions extends DeviceOptions {
  readonly token: string;
  readonly heartbeatMs?: number;
  /** Device to ask for, `watchAfterMs` (500 ms unless told) after open and without a request id. */
  readonly watch?: string;
  readonly watchAfterMs?: number;
}

export interface CameraViewer {
  readonly identifier: string;
  readonly seen: Observations<CameraMessage>;
  readonly link: Link;
  send(type: string, payload: JsonObject, requestId?: string): void;
  close(): Promise<void>;
}

/** Connects to `/ws/viewer`. `seen.ready` means hello_ack. */
export function cameraViewer(options: CameraViewerOptions): CameraViewer {
  const seen = new Observations<CameraMessage>(options.keep ?? 200);
  const send = (type: string, payload: JsonObject, requestId?: string): void =>
    connection.socket?.send(write(type, new Date().toISOString(), payload, requestId));
  const connection = link(
    {
      url: `${options.url}/ws/viewer`,
      open: (socket) => {
        send('hello', { token: options.token });
        socket.every(options.heartbeatMs ?? 30_000, () => send('heartbeat', {}));
        const { watch } = options;
        if (watch !== undefined) {
          socket.after(options.watchAfterMs ?? 500, () => send('watch_request', { device_id: watch }));
        }
      },
      message: (text) => {
        const { message, violation } = read(text);
        if (violation !== undefined) seen.violations.push(violation);
        if (message.type.endsWith('_ack')) seen.acks += 1;
        if (message.type === 'hello_ack') seen.ready = true;
        seen.take(message);
      },
      retryMs: () => undefined,
    },
    seen,
    options,
  );
  return { identifier: options.identifier, seen, link: connection, send, close: connection.close };
}
