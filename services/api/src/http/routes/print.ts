// /print/{secret}: whoever has a print key's address sees whose printer it is, and prints. No token is asked for.
import { createHash } from 'node:crypto';
import type { registry } from '@mooring/proto';
import { Fault, showRequestPath } from '@mooring/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { TokenBuckets } from '../../domain/token-bucket.js';
import { type Content, contentOf, type Printable, pngOf } from '../../prints/content.js';
import { printPage } from '../../prints/page.js';
import { bitmapOf } from '../../prints/render.js';
import { open, present } from '../access.js';
import type { Parts } from '../parts.js';
import { TooMany } from '../problem.js';
import { idempotencyKey, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Printing'];
const BODY_LIMIT = 4 * 1024 * 1024;
/** A printer takes seconds for a print, and paper is somebody's. */
const RATE = { ratePerS: 10 / 60, burst: 10, maxKeys: 10_000 };

const params = Type.Object({ secret: Type.String({ minLength: 1, maxLength: 100 }) });
const show = {
  tags,
  summary: 'Whose printer this is and whether it is online: a page, or JSON where that is asked for',
  params,
  produces: ['text/html; charset=utf-8', 'application/json'],
  response: {
    200: Type.Unknown({ description: 'A page, or {name, owner, status}; status is online or offline' }),
  },
};
const print = {
  tags,
  summary: 'Prints text, HTML or a PNG; a printer that is offline prints it when it comes back within a day',
  params,
  headers: Repeatable,
  querystring: Type.Object({
    from: Type.Optional(Type.String({ maxLength: 80, description: 'Who sends it; stands above the print' })),
  }),
  consumes: ['text/plain', 'text/html', 'image/png', 'application/json'],
  response: {
    202: Type.Object({ id: Type.String(), status: Type.String({ description: 'sent or queued' }) }),
  },
};

export function printRoutes(server: Server, parts: Parts): void {
  // What is taken here is not taken elsewhere, so these routes have a scope of their own.
  server.register((scope, _, done) => {
    register(scope, parts);
    done();
  });
}

function register(server: Server, parts: Parts): void {
  const { peers, clock } = parts;
  const prints = new TokenBuckets(RATE);
  const config = { access: open };
  for (const type of ['text/plain', 'text/html', 'image/png']) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  }
  server.addHook('onRequest', async (_, reply) => {
    showRequestPath('/print/*');
    reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
  });

  server.options('/print/:secret', { config, schema: { hide: true } }, async (_, reply) =>
    reply
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'Content-Type, Idempotency-Key',
      })
      .code(204)
      .send(),
  );

  server.get('/print/:secret', { config, schema: show }, async (request, reply) => {
    const opened = await openKey(parts, request.params.secret, undefined);
    const seen = {
      name: opened.device.name || opened.device.identifier,
      owner: opened.organizationName,
      status: statusOf(opened.device) === 'sent' ? 'online' : 'offline',
    };
    if (!wantsPage(request)) return reply.code(200).send(seen);
    return reply
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      )
      .type('text/html; charset=utf-8')
      .send(printPage(seen));
  });

  const options = { config, schema: print, bodyLimit: BODY_LIMIT };
  server.post('/print/:secret', options, async (request, reply) => {
    const { secret } = request.params;
    const waitMs = prints.take(createHash('sha256').update(secret).digest('base64'), clock.now());
    if (waitMs > 0) throw new TooMany(waitMs);
    const { from = '' } = request.query;
    const content = contentIn(request);
    const { device, printKey } = await openKey(parts, secret, undefined);
    const header = {
      title: from === '' ? printKey.name || 'Mooring' : `From ${from}`,
      timeZone: device.timeZone,
    };
    const image = await bitmapOf(parts, content, header);
    const { command } = await peers.commands.createCommand({
      principal: undefined,
      deviceId: device.id,
      type: 'print',
      paramsJson: JSON.stringify({ content: content.$case, from, rows: image.height }),
      command: {
        number: 0,
        traceparent: '',
        repeat: 0,
        action: { $case: 'print', value: { image, face: true, onButton: false } },
      },
      idempotencyKey: idempotencyKey(request.headers),
      printKeyId: printKey.id,
    });
    await openKey(parts, secret, from);
    return send(reply, present(command, 'command').id, device);
  });
}

function send(reply: FastifyReply, id: string, device: registry.Device): FastifyReply {
  return reply.code(202).send({ id, status: statusOf(device) });
}

function statusOf(device: registry.Device): 'sent' | 'queued' {
  return device.presence?.online ? 'sent' : 'queued';
}

/** Whom the secret lets print where; counts a use under `sender` where one is given. Fault `not_found` for an unknown one. */
async function openKey({ peers }: Parts, secret: string, sender: string | undefined) {
  const use = sender !== undefined;
  const opened = await peers.claims.openPrintKey({ secret, use, sender: sender ?? '' });
  return {
    device: present(opened.device, 'device'),
    printKey: present(opened.printKey, 'print key'),
    organizationName: opened.organizationName,
  };
}

/** What the body holds, by its type. Fault `invalid`. */
function contentIn(request: FastifyRequest): Content {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return contentOf(fieldsOf(body));
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  const text = body.toString('utf8');
  switch (type.trim().toLowerCase()) {
    case 'image/png':
      return { $case: 'png', value: pngOf(body.toString('base64'), 'image') };
    case 'text/html':
      return contentOf({ html: text });
    default:
      return contentOf({ text });
  }
}

function fieldsOf(body: unknown): Printable {
  const { text, html, image } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  for (const [field, value] of Object.entries({ text, html, image })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new Fault('invalid', `${field} must be a string`, {
        details: [{ field, message: 'must be a string' }],
      });
    }
  }
  return { text, html, image } as Printable;
}

/** Browsers name HTML first; programs name JSON, anything or nothing. */
function wantsPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '';
  const html = accept.indexOf('text/html');
  const json = accept.indexOf('application/json');
  return html >= 0 && (json < 0 || html < json);
}
