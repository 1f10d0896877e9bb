// /v1/api-keys: keys for programs, each of one organization, with a role, scopes and an expiry.
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { ApiKey, RoleName, toApiKey } from '../schemas/account.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { fromTime } from '../span.js';

const tags = ['API keys'];

const list = { tags, summary: 'Lists keys', querystring: PlainPage, response: { 200: Page(ApiKey) } };
const create = {
  tags,
  summary: 'Makes a key; its secret is shown this once',
  headers: Repeatable,
  body: Type.Object(
    {
      name: Name,
      role: Type.Optional(RoleName),
      scopes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50 })),
      expires_at: Type.Optional(Time),
      organization_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  response: {
    201: Type.Intersect([ApiKey, Type.Object({ secret: Type.String({ description: 'Begins with mk_' }) })]),
  },
};
const remove = { tags, summary: 'Revokes a key', params: IdParams, response: { 204: Empty } };

export function apiKeyRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('accounts:read', 'admin') };
  const write = { access: member('accounts:write', 'admin') };

  server.get('/v1/api-keys', { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    return pageFrom(await peers.registry.listApiKeys({ principal, ...pageOf(request.query) }), toApiKey);
  });

  server.post('/v1/api-keys', { config: write, schema: create }, async (request, reply) => {
    const {
      name,
      role = 'viewer',
      scopes = [],
      expires_at: expiresAt,
      organization_id: id = '',
    } = request.body;
    const { apiKey, secret } = await peers.registry.createApiKey({
      principal: principalOf(request),
      organizationId: id,
      name,
      role,
      scopes,
      expiresAtMs: expiresAt === undefined ? undefined : fromTime(expiresAt, 'expires_at'),
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send({ ...toApiKey(present(apiKey, 'API key')), secret });
  });

  server.delete('/v1/api-keys/:id', { config: write, schema: remove }, async (request, reply) => {
    await peers.registry.deleteApiKey({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });
}
