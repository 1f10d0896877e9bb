// Builds the HTTP server: what holds for every request, then the routes.
import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import { allowOrigins } from './cors.js';
import { answerProblems, malformedRequest } from './errors.js';
import { guard } from './guard.js';
import { checkSchemas, parseJson } from './input.js';
import { observe } from './observe.js';
import { describeApi } from './openapi.js';
import type { Parts } from './parts.js';
import { registerRoutes } from './routes/index.js';
import { secureHeaders } from './security-headers.js';
import type { Server } from './server.js';
import type { HttpSettings } from './settings.js';
import { endSlowBodies, LONGEST_BODY_MS } from './slow-bodies.js';

// Longer than any balancer in front keeps an idle connection, so that it never sends into one that is closing.
const KEEP_ALIVE_MS = 75_000;

/** The server with every route, not yet listening. */
export async function httpServer(settings: HttpSettings, parts: Parts): Promise<Server> {
  const server: Server = fastify({
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: LONGEST_BODY_MS,
    exposeHeadRoutes: false,
    genReqId: () => randomUUID().replaceAll('-', ''),
    clientErrorHandler: malformedRequest,
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  parseJson(server);
  checkSchemas(server);
  answerProblems(server);
  observe(server);
  endSlowBodies(server);
  secureHeaders(server);
  allowOrigins(server, settings.corsOrigins);
  guard(server, settings, parts);
  await describeApi(server);
  registerRoutes(server, parts);
  await server.ready();
  return server;
}
