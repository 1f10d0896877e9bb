// The other end of one WebSocket, safe to call after it has gone.
import type { WebSocket } from 'uWebSockets.js';
import type { Hello } from '../dialects/dialect.js';
import type { LiveSession, Peer } from '../session/ports.js';

/** What uWebSockets.js keeps per socket. `hello` is let go once the session has begun. */
export interface SocketData {
  hello: Hello | undefined;
  /** The upgrade's span, for later spans to link to; undefined unless it is sampled. */
  readonly traceparent: string | undefined;
  session: LiveSession | undefined;
  peer: SocketPeer | undefined;
}

// uWebSockets.js: 2 means dropped because more than maxBackpressure is waiting.
const DROPPED = 2;

export class SocketPeer implements Peer {
  #socket: WebSocket<SocketData> | undefined;

  constructor(socket: WebSocket<SocketData>) {
    this.#socket = socket;
  }

  send(frame: string | Uint8Array): boolean {
    return this.#socket?.send(frame, typeof frame !== 'string', false) !== DROPPED;
  }

  end(code: number, text: string): void {
    // Taken first: `end` calls the close handler before it returns, and any later call on the socket throws.
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end(code, text);
  }

  get open(): boolean {
    return this.#socket !== undefined;
  }

  gone(): void {
    this.#socket = undefined;
  }
}
