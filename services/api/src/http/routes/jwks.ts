// GET /.well-known/jwks.json: the keys with which tokens can be verified (RFC 7517).
import { Type } from 'typebox';
import { open } from '../access.js';
import type { Parts } from '../parts.js';
import { AnyObject } from '../schemas/shapes.js';
import type { Server } from '../server.js';

// A key is announced for longer than this before it signs.
const MAX_AGE_S = 300;

const schema = {
  tags: ['People'],
  summary: 'Shows the public keys of tokens',
  response: { 200: Type.Object({ keys: Type.Array(AnyObject) }) },
};

export function jwksRoute(server: Server, { peers }: Parts): void {
  server.get('/.well-known/jwks.json', { config: { access: open }, schema }, async (_request, reply) => {
    const { jwksJson } = await peers.registry.getJwks({});
    reply.header('cache-control', `public, max-age=${MAX_AGE_S}`);
    return JSON.parse(jwksJson) as { keys: Record<string, unknown>[] };
  });
}
