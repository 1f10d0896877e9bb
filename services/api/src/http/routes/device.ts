// /v1/devices/{id} and its state: one device.
import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import { deviceOf } from '../device-of.js';
import type { Parts } from '../parts.js';
import { Device, State, Tags, toDevice, toState } from '../schemas/device.js';
import { Empty, IdParams, Name } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Devices'];

const show = { tags, summary: 'Shows one', params: IdParams, response: { 200: Device } };
const change = {
  tags,
  summary: 'Changes name, tags (as a whole) or kind',
  params: IdParams,
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ maxLength: 200 })),
      tags: Type.Optional(Tags),
      kind: Type.Optional(Name),
    },
    { additionalProperties: false },
  ),
  response: { 200: Device },
};
const remove = {
  tags,
  summary: 'Forgets a device and its history',
  params: IdParams,
  response: { 204: Empty },
};
const state = {
  tags,
  summary: 'Shows what is desired of a device, what it reports, and the difference',
  params: IdParams,
  response: { 200: State, 304: Empty },
};

export function deviceRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('devices:read') };

  server.get('/v1/devices/:id', { config: read, schema: show }, async (request) =>
    toDevice(await deviceOf(peers, request, request.params.id)),
  );

  const write = { access: member('devices:write', 'operator') };
  server.patch('/v1/devices/:id', { config: write, schema: change }, async (request) => {
    const { name, tags: labels, kind } = request.body;
    const { device } = await peers.registry.updateDevice({
      principal: principalOf(request),
      id: request.params.id,
      name,
      tags: labels ?? [],
      setTags: labels !== undefined,
      kind,
    });
    return toDevice(present(device, 'device'));
  });

  const destroy = { access: member('devices:write', 'admin') };
  server.delete('/v1/devices/:id', { config: destroy, schema: remove }, async (request, reply) => {
    await peers.registry.deleteDevice({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });

  server.get('/v1/devices/:id/state', { config: read, schema: state }, async (request, reply) => {
    const { stateJson } = await deviceOf(peers, request, request.params.id);
    const tag = `"${createHash('sha256').update(stateJson).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', tag);
    const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
    if (known?.some((each) => each === tag || each === '*')) return reply.code(304).send(null);
    return reply.code(200).send(toState(stateJson));
  });
}
