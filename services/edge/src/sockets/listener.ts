// Ends the sockets: binds every path to its endpoint, and uWebSockets.js callbacks to sessions. Decides nothing.

import type { us_listen_socket, WebSocketBehavior } from 'uWebSockets.js';
import { GOING_AWAY } from '../session/close-reason.js';
import type { Directory } from '../session/directory.js';
import type { Endpoint } from '../session/endpoint.js';
import type { SessionPorts } from '../session/ports.js';
import type { SessionSettings } from '../session/rate.js';
import { closeListenSocket, compressionOff, listenOn, type NativeApp, nativeApp } from './native.js';
import { type SocketData, SocketPeer } from './peer.js';
import { type UpgradeOptions, upgrade } from './upgrade.js';

export interface ListenerOptions extends UpgradeOptions {
  readonly host: string;
  readonly ports: readonly number[];
  /** Several processes share the ports when true (SO_REUSEPORT). */
  readonly sharePorts: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly directory: Directory;
  readonly settings: SessionSettings;
  readonly sessionPorts: SessionPorts;
  /** Where the frames of an endpoint are counted. */
  tally(endpoint: Endpoint): { frames: number };
  opened(endpoint: Endpoint): void;
  closed(endpoint: Endpoint, reason: string): void;
}

// Between a dialect's limit and this the session closes with the dialect's own code; above it the connection is cut.
const HARD_LIMIT_FACTOR = 2;
const MAX_BACKPRESSURE_BYTES = 1024 * 1024;

export class Listener {
  readonly #options: ListenerOptions;
  readonly #app: NativeApp;
  readonly #sockets: us_listen_socket[] = [];

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#app = nativeApp();
    for (const endpoint of options.endpoints)
      this.#app.ws<SocketData>(endpoint.path, this.#behavior(endpoint));
    this.#app.any('/*', (response, request) => {
      const [status, text] = this.#said(request.getUrl());
      response.writeStatus(status).end(text);
    });
    // The library would send a body here too, and whoever reuses the connection would take it for the next answer.
    this.#app.head('/*', (response, request) => {
      const [status, text] = this.#said(request.getUrl());
      // As a header: the library aborts the process when it is given the length itself.
      response.writeStatus(status).writeHeader('content-length', `${text.length}`).endWithoutBody();
    });
  }

  /** Fault `unavailable` when a port is taken. */
  listen(): void {
    const { host, ports, sharePorts } = this.#options;
    for (const port of ports) this.#sockets.push(listenOn(this.#app, host, port, sharePorts));
  }

  /** No new connections from now on; those that are open stay. */
  stopListening(): void {
    for (const socket of this.#sockets.splice(0)) closeListenSocket(socket);
  }

  /** Cuts whatever is still open. */
  close(): void {
    this.stopListening();
    this.#app.close();
  }

  #said(url: string): readonly [status: string, text: string] {
    // NervesHub load balancers and clients ask for this one; everything else on the edge is a socket.
    if (url === '/status/alive') return ['200 OK', 'Hello, Friend!'];
    return this.#options.endpoints.some(({ path }) => path === url)
      ? ['400 Bad Request', 'This path takes WebSocket connections.']
      : ['404 Not Found', 'Nothing is here.'];
  }

  #behavior(endpoint: Endpoint): WebSocketBehavior<SocketData> {
    const options = this.#options;
    const tally = options.tally(endpoint);
    return {
      compression: compressionOff,
      maxPayloadLength: endpoint.limits.maxFrameBytes * HARD_LIMIT_FACTOR,
      idleTimeout: endpoint.limits.idleS,
      maxBackpressure: MAX_BACKPRESSURE_BYTES,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => upgrade(endpoint, options, response, request, context),
      open: (socket) => {
        const data = socket.getUserData();
        const { hello } = data;
        if (hello === undefined) return;
        data.hello = undefined;
        data.peer = new SocketPeer(socket);
        options.opened(endpoint);
        const { sessionPorts, settings } = options;
        const session = endpoint.start(hello, data.peer, sessionPorts, settings, data.traceparent);
        // A dialect may have closed at once; its close handler ran before there was a session.
        if (!data.peer.open) {
          options.closed(endpoint, session.closed('closed_at_open'));
          return;
        }
        data.session = session;
        options.directory.add(session);
      },
      message: (socket, message, binary) => {
        tally.frames += 1;
        socket.getUserData().session?.frame(new Uint8Array(message), binary);
      },
      ping: (socket) => socket.getUserData().session?.alive(),
      pong: (socket) => socket.getUserData().session?.alive(),
      close: (socket, code, message) => {
        const { session, peer } = socket.getUserData();
        peer?.gone();
        if (session === undefined) return;
        options.directory.remove(session.connectionId);
        const reason = closeReason(code, Buffer.from(message).toString('utf8'));
        options.closed(endpoint, session.closed(reason));
      },
    };
  }
}

// uWebSockets.js says why it cut a connection only in this text; its code is 1006 for all of them.
const CUT: Readonly<Record<string, string>> = {
  'WebSocket timed out from inactivity': 'idle_timeout',
  'Received too big message': 'frame_too_big',
  'Received invalid UTF-8': 'invalid_utf8',
};

function closeReason(code: number, message: string): string {
  if (code === 1001) return GOING_AWAY;
  if (code !== 1006) return 'peer_closed';
  return CUT[message] ?? 'connection_lost';
}
