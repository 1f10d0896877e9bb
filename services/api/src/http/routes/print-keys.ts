// /v1/devices/{id}/print-keys: secret addresses under which others may print.
import type { registry } from '@mooring/proto';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Nullable, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Printing'];

const PrintKey = Type.Object({
  id: Id,
  device_id: Id,
  name: Type.String(),
  prefix: Type.String({ description: 'How the secret begins, to recognise it by' }),
  created_at: Time,
  last_used_at: Nullable(Time),
  uses: Type.Integer(),
  senders: Type.Array(Type.String(), { description: 'Names that senders gave, the newest first' }),
});

const list = {
  tags,
  summary: 'Lists print keys, without their secrets',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(PrintKey) },
};
const make = {
  tags,
  summary: 'Makes an address under which others may print; it is shown this once',
  params: IdParams,
  headers: Repeatable,
  body: Type.Object({ name: Type.Optional(Name) }, { additionalProperties: false }),
  response: {
    201: Type.Intersect([PrintKey, Type.Object({ secret: Type.String(), url: Type.String() })]),
  },
};
const revoke = {
  tags,
  summary: 'Revokes a print key',
  params: Type.Object({ id: Id, key_id: Id }),
  response: { 204: Empty },
};

/** `publicUrl` is where the API is reached from outside; empty: where the request came to. */
export function printKeyRoutes(server: Server, { peers, publicUrl }: Parts): void {
  const path = '/v1/devices/:id/print-keys';
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.get(path, { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const deviceId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.claims.listPrintKeys({ principal, deviceId, ...page }), toPrintKey);
  });

  server.post(path, { config: write, schema: make }, async (request, reply) => {
    const { printKey, secret } = await peers.claims.createPrintKey({
      principal: principalOf(request),
      deviceId: request.params.id,
      name: request.body.name ?? '',
      idempotencyKey: idempotencyKey(request.headers),
    });
    const url = `${publicUrl || originOf(request)}/print/${secret}`;
    return reply.code(201).send({ ...toPrintKey(present(printKey, 'print key')), secret, url });
  });

  server.delete(`${path}/:key_id`, { config: write, schema: revoke }, async (request, reply) => {
    const { id: deviceId, key_id: id } = request.params;
    await peers.claims.deletePrintKey({ principal: principalOf(request), deviceId, id });
    return reply.code(204).send(null);
  });
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function toPrintKey(key: registry.PrintKey): Static<typeof PrintKey> {
  return {
    id: key.id,
    device_id: key.deviceId,
    name: key.name,
    prefix: key.prefix,
    created_at: toTime(key.createdAtMs),
    last_used_at: toTimeOrNull(key.lastUsedAtMs),
    uses: key.uses,
    senders: [...key.senders],
  };
}
