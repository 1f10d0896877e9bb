// /v1/firmware-keys: the public keys whose signatures on firmware an organization accepts.
import type { firmware } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import { organizationFor, organizationsOf, ownKey, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Firmware'];

const description = 'Ed25519, base64 of 32 bytes, as fwup writes it';
const FirmwareKey = Type.Object({
  id: Id,
  organization_id: Id,
  name: Type.String(),
  public_key: Type.String({ description }),
  created_at: Time,
});

const list = {
  tags,
  summary: 'Lists firmware keys',
  querystring: PageQuery({ organization: Type.Optional(Id) }),
  response: { 200: Page(FirmwareKey) },
};
const make = {
  tags,
  summary: 'Trusts a key: firmware that it signed may be uploaded',
  headers: Repeatable,
  body: Type.Object(
    {
      name: Name,
      public_key: Type.String({ minLength: 44, maxLength: 100, description }),
      organization_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  response: { 201: FirmwareKey },
};
const remove = {
  tags,
  summary: 'Trusts a key no longer; firmware that it signed stays',
  params: IdParams,
  response: { 204: Empty },
};

export function firmwareKeyRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/firmware-keys';
  const read = { access: member('firmware:read') };
  const write = { access: member('firmware:write', 'operator') };

  server.get(path, { config: read, schema: list }, async (request) => {
    const organizationIds = [...organizationsOf(request, request.query.organization)];
    const page = pageOf(request.query);
    return pageFrom(await peers.artifacts.listFirmwareKeys({ organizationIds, ...page }), toKey);
  });

  server.post(path, { config: write, schema: make }, async (request, reply) => {
    const { name, public_key: publicKey, organization_id: named } = request.body;
    const { userId, apiKeyId } = principalOf(request);
    const { key } = await peers.artifacts.createFirmwareKey({
      organizationId: organizationFor(request, named, 'operator'),
      name,
      publicKey,
      actor: userId || apiKeyId,
      idempotencyKey: ownKey(request, idempotencyKey(request.headers)),
    });
    return reply.code(201).send(toKey(present(key, 'firmware key')));
  });

  server.delete(`${path}/:id`, { config: write, schema: remove }, async (request, reply) => {
    const { id } = request.params;
    const asked = { organizationIds: [...organizationsOf(request)], id };
    const { organizationId } = present((await peers.artifacts.getFirmwareKey(asked)).key, 'firmware key');
    requireRole(request, organizationId, 'operator');
    const { userId, apiKeyId } = principalOf(request);
    const actor = userId || apiKeyId;
    await peers.artifacts.deleteFirmwareKey({ organizationIds: [organizationId], id, actor });
    return reply.code(204).send(null);
  });
}

function toKey(key: firmware.FirmwareKey): Static<typeof FirmwareKey> {
  return {
    id: key.id,
    organization_id: key.organizationId,
    name: key.name,
    public_key: Buffer.from(key.publicKey).toString('base64'),
    created_at: toTime(key.createdAtMs),
  };
}
