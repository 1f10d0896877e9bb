// Ends HTTP servers without cutting answers short, and without waiting for connections that nobody uses.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { after, every } from './clock.js';

// A connection whose request ends while the server closes would stay open for as long as a client may keep it.
const SWEEP_MS = 50;

/** Closes a server. `close` stops it listening and resolves when all connections have ended. */
export type FinishHttp = (close: () => Promise<unknown>, withinMs: number) => Promise<void>;

/**
 * To be called before the server listens. What it answers closes the server: connections without a request are closed at
 * once, the others when their answers are written, and what is left after `withinMs` is cut off.
 */
export function finishingHttp(server: Server): FinishHttp {
  // Browsers and pools open connections before they need them. Node does not count one without a request as idle.
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request) => silent.delete(request.socket));
  return async (close, withinMs) => {
    const closed = new AbortController();
    const sweep = every(
      SWEEP_MS,
      () => {
        server.closeIdleConnections();
        for (const socket of silent) socket.destroy();
      },
      closed.signal,
    );
    const cut = after(withinMs, () => server.closeAllConnections());
    await close();
    cut.cancel();
    closed.abort();
    await sweep;
  };
}
