// Measures every request by route; an unknown path is one route, whatever it was.
import { requestAnswered } from '../events.js';
import type { Server } from './server.js';

export function observe(server: Server): void {
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    requestAnswered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
}
