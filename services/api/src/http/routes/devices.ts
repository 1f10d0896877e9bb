// /v1/devices: the devices of somebody's organizations.
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Device, DialectName, Tags, toDevice } from '../schemas/device.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Id, idempotencyKey, Name, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Devices'];
const Word = Type.String({ minLength: 1, maxLength: 200 });

const list = {
  tags,
  summary: 'Lists devices',
  querystring: PageQuery({
    dialect: Type.Optional(DialectName),
    online: Type.Optional(Type.Boolean()),
    tag: Type.Optional(Word),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the name or identifier' })),
    parent: Type.Optional(Id),
    organization: Type.Optional(Id),
  }),
  response: { 200: Page(Device) },
};
const create = {
  tags,
  summary: 'Enrols a device before it connects',
  headers: Repeatable,
  body: Type.Object(
    {
      dialect: DialectName,
      identifier: Word,
      name: Type.Optional(Name),
      tags: Type.Optional(Tags),
      kind: Type.Optional(Word),
      parent: Type.Optional(Id),
      organization_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  response: { 201: Device },
};

export function deviceListRoutes(server: Server, { peers }: Parts): void {
  server.get('/v1/devices', { config: { access: member('devices:read') }, schema: list }, async (request) => {
    const { dialect = '', online, tag = '', q = '', parent = '', organization = '' } = request.query;
    const reply = await peers.registry.listDevices({
      principal: principalOf(request),
      dialect,
      online,
      tag,
      query: q,
      parentId: parent,
      organizationId: organization,
      ...pageOf(request.query),
    });
    return pageFrom(reply, toDevice);
  });

  const write = { access: member('devices:write', 'operator') };
  server.post('/v1/devices', { config: write, schema: create }, async (request, reply) => {
    const { dialect, identifier, name = '', tags: labels = [], kind = '', parent = '' } = request.body;
    const { device } = await peers.registry.createDevice({
      principal: principalOf(request),
      organizationId: request.body.organization_id ?? '',
      dialect,
      identifier,
      name,
      tags: labels,
      kind,
      parentId: parent,
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send(toDevice(present(device, 'device')));
  });
}
