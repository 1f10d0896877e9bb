// /v1/dead-letters: messages that no service could make use of. For operators of the platform: they may be anybody's.
import type { telemetry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { type Access, present } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Dead letters'];
const read: Access = { who: 'platform', scope: 'telemetry:read' };
const write: Access = { who: 'platform', scope: 'telemetry:write' };

const DeadLetter = Type.Object({
  id: Type.String(),
  durable: Type.String({ description: 'The consumer that gave up' }),
  subject: Type.String(),
  reason: Type.String(),
  at: Time,
  size: Type.Integer({ description: 'Bytes' }),
  preview: Type.String({ description: 'The first bytes, base64' }),
});

const params = Type.Object({ id: Type.String({ pattern: '^[0-9]{1,20}$' }) });
const list = {
  tags,
  summary: 'Lists them, newest first',
  querystring: PlainPage,
  response: { 200: Page(DeadLetter) },
};
const show = { tags, summary: 'Shows one', params, response: { 200: DeadLetter } };
const retry = { tags, summary: 'Sends one to its consumer again', params, response: { 204: Empty } };
const discard = { tags, summary: 'Throws one away', params, response: { 204: Empty } };

export function deadLetterRoutes(server: Server, { peers }: Parts): void {
  server.get('/v1/dead-letters', { config: { access: read }, schema: list }, async (request) =>
    pageFrom(await peers.telemetry.listDeadLetters(pageOf(request.query)), toDeadLetter),
  );

  server.get('/v1/dead-letters/:id', { config: { access: read }, schema: show }, async (request) => {
    const { deadLetter } = await peers.telemetry.getDeadLetter({ id: request.params.id });
    return toDeadLetter(present(deadLetter, 'dead letter'));
  });

  const again = '/v1/dead-letters/:id/retry';
  server.post(again, { config: { access: write }, schema: retry }, async (request, reply) => {
    await peers.telemetry.retryDeadLetter({ id: request.params.id });
    return reply.code(204).send(null);
  });

  server.delete(
    '/v1/dead-letters/:id',
    { config: { access: write }, schema: discard },
    async (request, reply) => {
      await peers.telemetry.discardDeadLetter({ id: request.params.id });
      return reply.code(204).send(null);
    },
  );
}

function toDeadLetter(letter: telemetry.DeadLetter): Static<typeof DeadLetter> {
  const { id, durable, subject, reason, atMs, size, preview } = letter;
  return {
    id,
    durable,
    subject,
    reason,
    at: toTime(atMs),
    size,
    preview: Buffer.from(preview).toString('base64'),
  };
}
