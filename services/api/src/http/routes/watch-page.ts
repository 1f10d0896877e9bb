// GET /watch/{device}: the page that shows a camera; and /console/*, the scripts that this page and other ones load.
import { Fault } from '@mooring/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ServedFile } from '../../console/files.js';
import { pagePolicy } from '../../domain/edge-urls.js';
import { namesTag } from '../../domain/entity-tag.js';
import { open } from '../access.js';
import type { Parts } from '../parts.js';
import type { Server } from '../server.js';

const config = { access: open };
const schema = {
  tags: ['Watching'],
  summary: 'A page that shows a camera; it asks for an account, or takes `#access_token=` from its address',
  params: Type.Object({
    device: Type.String({ minLength: 1, maxLength: 128, description: 'The id of a camera, or its own name' }),
  }),
  querystring: Type.Object({
    ice: Type.Optional(Type.String({ description: '`relay` for paths through TURN alone' })),
  }),
  produces: ['text/html; charset=utf-8'],
  response: { 200: Type.Unknown({ description: 'HTML, the same for every camera' }) },
};

export function watchPageRoutes(server: Server, { consoleFiles, edgeUrls }: Parts): void {
  const policy = pagePolicy(edgeUrls);
  server.get('/watch/:device', { config, schema }, async (request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), fullscreen=(self)',
      'cross-origin-opener-policy': 'same-origin',
    });
    return send(request, reply, consoleFiles.watchPage);
  });

  server.get('/console/*', { config, schema: { hide: true } }, async (request, reply) => {
    const { '*': name } = request.params as { readonly '*': string };
    const file = consoleFiles.files.get(name);
    if (file === undefined) throw new Fault('not_found', 'there is no such file');
    // Pages elsewhere may show cameras too; a module is loaded across origins only where it says so.
    reply.headers({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    return send(request, reply, file);
  });
}

/** Kept by caches, and asked for again each time: the modules of two versions do not mix for longer than a load. */
function send(request: FastifyRequest, reply: FastifyReply, file: ServedFile): FastifyReply {
  reply.headers({ 'cache-control': 'public, no-cache', etag: file.etag });
  if (namesTag(request.headers['if-none-match'], file.etag)) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}
