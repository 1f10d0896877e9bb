// Ends requests whose bodies do not arrive in time: a slow one holds a socket, and what reads it.
import type { IncomingMessage } from 'node:http';
import { after } from '@mooring/runtime';
import type { Server } from './server.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Within which the body must be there whole; 30 s when absent. */
    bodyWithinMs?: number;
  }
}

const BODY_MS = 30_000;
/** No route may wait longer; the server itself ends what does. */
export const LONGEST_BODY_MS = 15 * 60_000;

/** Cuts the connection of a request whose body is late. */
export function endSlowBodies(server: Server): void {
  server.addHook('onRequest', async ({ raw, routeOptions }) => {
    if (!hasBody(raw)) return;
    const { bodyWithinMs = BODY_MS } = routeOptions.config;
    const late = after(bodyWithinMs, () => raw.socket.destroy(), { unref: true });
    for (const event of ['end', 'close']) raw.once(event, () => late.cancel());
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  return length !== '0' || encoding !== undefined;
}
