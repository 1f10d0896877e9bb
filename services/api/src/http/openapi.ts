// Describes the API from the schemas of its routes: /openapi.json, and /docs to read it.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { open } from './access.js';
import { Problem } from './schemas/problem.js';
import type { Server } from './server.js';

const description =
  'JSON in snake_case, times RFC 3339 with milliseconds in UTC, errors as problem documents (RFC 9457). ' +
  'Lists take `limit` and `cursor`. An `Idempotency-Key` makes a repeated POST answer what the first one made.';

/** Registers the documentation. Must come before the routes that it describes. */
export async function describeApi(server: Server): Promise<void> {
  server.addHook('onRoute', (route) => {
    const config = route.config ?? {};
    if (route.url.startsWith('/docs')) config.access = open;
    const { access } = config;
    if (access === undefined) throw new TypeError(`${route.url} declares no access`);
    route.config = config;
    const { schema } = route;
    if (schema === undefined || schema.hide) return;
    if (access.who === 'public') schema.security = [];
    const notes = { 'x-who': access.who, 'x-scope': access.scope, 'x-role': access.role };
    for (const [name, value] of Object.entries(notes)) if (value) Object.assign(schema, { [name]: value });
    const failure = { description: 'Problem', content: { 'application/problem+json': { schema: Problem } } };
    schema.response = { ...(schema.response as object | undefined), default: failure };
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Mooring', version: '1', description },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  });
  await server.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  server.get('/openapi.json', { config: { access: open }, schema: { hide: true } }, async () =>
    server.swagger(),
  );
}
