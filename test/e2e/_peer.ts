// A peer of the edge that sends what it is told and remembers what it hears.
import { connect, type Socket } from 'node:net';
import { eventually } from '@mooring/harness';
import { WebSocket } from 'ws';

export class Peer {
  readonly received: string[] = [];
  closed: number | undefined;
  readonly socket: WebSocket;

  private constructor(url: string, protocols: string[]) {
    this.socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.socket.on('message', (data) => this.received.push(data.toString()));
    this.socket.on('close', (code) => {
      this.closed = code;
    });
    // Every error is followed by the close that the tests look at.
    this.socket.on('error', () => undefined);
  }

  /** Dials until it is let in, as devices do. */
  static open(url: string, protocols: string[] = []): Promise<Peer> {
    let peer = new Peer(url, protocols);
    return eventually(
      () => {
        if (peer.socket.readyState === WebSocket.OPEN) return peer;
        if (peer.closed !== undefined) peer = new Peer(url, protocols);
        return undefined;
      },
      { what: `a socket at ${url}`, withinMs: 20_000 },
    );
  }

  send(message: string | object): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  message(text: string): Promise<string> {
    return eventually(() => this.received.find((message) => message.includes(text)), {
      what: `a message with ${text}`,
    });
  }

  closing(): Promise<number> {
    return eventually(() => this.closed, { what: 'the close' });
  }

  end(): void {
    this.socket.terminate();
  }
}

/** An upgraded connection whose bytes are the test's own. */
export async function rawUpgrade(url: string): Promise<Socket> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  let head = '';
  socket.on('data', (data) => {
    head += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: pCqArSp9LxSw7BHQSj9i/g==\r\n\r\n',
  );
  await eventually(() => head.includes('YfeGvxJVa7iJA3g5rdHWaWZFsHA='), { what: 'the upgrade' });
  return socket;
}
