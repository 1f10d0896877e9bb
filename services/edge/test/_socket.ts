// A WebSocket client for tests that remembers what it received and how it was closed.
import { eventually } from '@mooring/harness';
import { WebSocket } from 'ws';

export class Socket {
  readonly received: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly raw: WebSocket;

  constructor(url: string, protocols: string[] = [], options: object = {}) {
    this.raw = new WebSocket(url, protocols, { perMessageDeflate: false, ...options });
    this.raw.on('message', (data) => this.received.push(data.toString()));
    this.raw.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    // Every error is followed by a close, which is what tests look at.
    this.raw.on('error', () => undefined);
  }

  /** Dials until it is let in, as devices do. */
  static open(url: string, protocols: string[] = [], options: object = {}): Promise<Socket> {
    let socket = new Socket(url, protocols, options);
    return eventually(
      () => {
        if (socket.raw.readyState === WebSocket.OPEN) return socket;
        if (socket.closed !== undefined) socket = new Socket(url, protocols, options);
        return undefined;
      },
      { what: `a socket at ${url}` },
    );
  }

  send(message: object | string): void {
    this.raw.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message received so far that contains `text`; waits for one. */
  message(text: string): Promise<string> {
    return eventually(() => this.received.find((message) => message.includes(text)), {
      what: `a message with ${text}`,
    });
  }

  closing(): Promise<{ code: number; reason: string }> {
    return eventually(() => this.closed, { what: 'the close' });
  }

  end(): void {
    this.raw.terminate();
  }
}

/** The status of a refused upgrade. */
export function refusedStatus(url: string, options: object = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('open', () => reject(new Error('the upgrade was accepted')));
    socket.on('error', () => undefined);
  });
}
