// A viewer as the seed author's web page behaves: it does not wait for hello_ack and does not come back. It shows no
// video: offers and candidates are texts that a test gives it.
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json.js';
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
  /** Sessions of an earlier viewer of the same person to go on with; the author's page has none. */
  readonly resume?: readonly string[];
}

export interface CameraViewer {
  readonly identifier: string;
  readonly seen: Observations<CameraMessage>;
  readonly link: Link;
  send(type: string, payload: JsonObject, requestId?: string): void;
  /** Asks for a device and resolves with the answer: `watch_ready` or `error`. Fault `deadline` after `withinMs` (15 s). */
  watch(deviceId: string, withinMs?: number): Promise<CameraMessage>;
  offer(sessionId: string, sdp: string): void;
  ice(sessionId: string, candidate: Json): void;
  /** Ends a session; the platform answers with `watch_ended` if there is a request id. */
  end(sessionId: string, requestId?: string): void;
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
        const resume = options.resume === undefined ? {} : { resume: options.resume };
        send('hello', { token: options.token, ...resume });
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
  return {
    identifier: options.identifier,
    seen,
    link: connection,
    send,
    watch: async (deviceId, withinMs = 15_000) => {
      await seen.until(() => seen.connected, 'an open socket', withinMs);
      const requestId = randomUUID();
      send('watch_request', { device_id: deviceId }, requestId);
      return seen.message((message) => message.requestId === requestId, `watching ${deviceId}`, withinMs);
    },
    offer: (id, sdp) => send('signal_offer', { session_id: id, sdp: { type: 'offer', sdp } }),
    ice: (id, candidate) => send('signal_ice', { session_id: id, candidate }),
    end: (id, requestId) => send('end_watch', { session_id: id }, requestId),
    close: connection.close,
  };
}
