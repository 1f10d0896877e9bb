// Decides which pages of other origins may call the API.
import type { Server } from './server.js';

const MAX_AGE_S = 600;

/** Answers preflights and marks answers for the given origins; with none, browsers keep other origins out. */
export function allowOrigins(server: Server, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const any = origins.includes('*');
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin === undefined || !(any || origins.includes(origin))) return;
    reply.headers({
      'access-control-allow-origin': any ? '*' : origin,
      'access-control-expose-headers': 'ETag, Retry-After, Content-Disposition',
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return;
    await reply
      .headers({
        'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
        'access-control-allow-headers':
          'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match',
        'access-control-max-age': MAX_AGE_S,
      })
      .code(204)
      .send();
  });
}
