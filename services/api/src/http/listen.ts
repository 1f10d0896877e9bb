// The HTTP server and the clients behind it as parts of a process.
import type { AddressInfo, Socket } from 'node:net';
import { after, every, logger, type Runnable } from '@mooring/runtime';
import type { Server } from './server.js';

const log = logger('http');

// Requests that are still being answered after this long are cut off.
const FINISH_MS = 8_000;
// A connection whose request ends while the server closes would stay open for as long as a client may keep it.
const SWEEP_MS = 50;

/** The HTTP server as a part of a process. */
export interface HttpRunnable extends Runnable {
  /** The port it listens on; never resolves when it cannot listen. */
  readonly port: Promise<number>;
}

/** Listens until told to stop, then lets requests that are being answered finish. */
export function listening(server: Server, host: string, port: number): HttpRunnable {
  let bound: (port: number) => void = () => undefined;
  const at = new Promise<number>((resolve) => {
    bound = resolve;
  });
  return {
    name: 'http server',
    port: at,
    async run({ signal, ready }) {
      const silent = silentConnections(server);
      await server.listen({ host, port });
      const { port: taken } = server.server.address() as AddressInfo;
      log.info({ host, port: taken }, 'HTTP server listens');
      bound(taken);
      ready();
      await aborted(signal);
      await finish(server, silent);
    },
  };
}

// Browsers and pools open connections before they need them. Node does not count one without a request as idle.
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.server.on('request', (request) => silent.delete(request.socket));
  return silent;
}

async function finish(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const closed = new AbortController();
  const close = (): void => {
    server.server.closeIdleConnections();
    for (const socket of silent) socket.destroy();
  };
  const sweep = every(SWEEP_MS, close, closed.signal);
  const cut = after(FINISH_MS, () => server.server.closeAllConnections());
  await server.close();
  cut.cancel();
  closed.abort();
  await sweep;
}

/** Closes things when the process stops. */
export function closing(name: string, things: readonly { close(): void }[]): Runnable {
  return {
    name,
    async run({ signal, ready }) {
      ready();
      await aborted(signal);
      for (const thing of things) thing.close();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
