// A WebSocket server for the devices' own tests: keeps what each socket said and answers only what a test tells it to.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type JsonObject, parseObject } from './json.js';
import { Observations } from './observations.js';

/** One socket as the server sees it. */
export interface Peer {
  readonly request: IncomingMessage;
  /** Texts received, and pongs as `pong:<data>`. */
  readonly seen: Observations<string>;
  send(message: unknown): void;
  close(code: number, reason?: string): void;
  drop(): void;
  /** The first received text that, as JSON, has these members. */
  said(members: JsonObject): Promise<JsonObject>;
}

export interface TestServer {
  readonly url: string;
  readonly httpUrl: string;
  readonly sockets: Observations<Peer>;
  /** The socket number `index`, once it is open. */
  socket(index: number): Promise<Peer>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Called for each new socket. */
  readonly open?: (peer: Peer) => void;
  readonly message?: (peer: Peer, text: string) => void;
  /** The subprotocol that is named in the answer. */
  readonly subprotocol?: string;
  /** A status to refuse the upgrade with. */
  readonly refuse?: (request: IncomingMessage) => { status: number; headers: readonly string[] } | undefined;
  readonly http?: RequestListener;
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const sockets = new Observations<Peer>(100);
  const http = createServer(options.http);
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => {
      const { subprotocol } = options;
      return subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false;
    },
  });
  http.on('upgrade', (request, socket, head) => {
    const refusal = options.refuse?.(request);
    if (refusal !== undefined) {
      const lines = [`HTTP/1.1 ${refusal.status} Refused`, ...refusal.headers, 'Content-Length: 0', '', ''];
      socket.end(lines.join('\r\n'));
      return;
    }
    server.handleUpgrade(request, socket, head, (ws) => {
      const peer = peerOf(ws, request);
      ws.on('message', (data) => {
        const text = String(data);
        options.message?.(peer, text);
        peer.seen.take(text);
      });
      ws.on('pong', (data) => peer.seen.take(`pong:${String(data)}`));
      options.open?.(peer);
      sockets.take(peer);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    sockets,
    socket: async (index) => {
      await sockets.until(() => sockets.received.length > index, `socket ${index}`);
      return sockets.received[index] as Peer;
    },
    close: () => {
      for (const ws of server.clients) ws.terminate();
      return new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

function peerOf(ws: WebSocket, request: IncomingMessage): Peer {
  const seen = new Observations<string>(500);
  return {
    request,
    seen,
    send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: (code, reason) => ws.close(code, reason),
    drop: () => ws.terminate(),
    said: async (members) => {
      const has = (text: string): boolean => {
        const message = parseObject(text);
        return Object.entries(members).every(([name, value]) => message[name] === value);
      };
      return parseObject(await seen.message(has, `a message with ${JSON.stringify(members)}`));
    },
  };
}
