// /v1/devices/{id}: one device.
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import { deviceOf } from '../device-of.js';
import type { Parts } from '../parts.js';
import { Device, Tags, toDevice } from '../schemas/device.js';
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
}
