// /v1/devices/{id}/state: what is desired of a device, what it reports, and the difference.
import { isFault } from '@mooring/runtime';
import { Type } from 'typebox';
import { entityTag, namesTag, versionOf } from '../../domain/entity-tag.js';
import { wrong } from '../../prints/content.js';
import { member, present, principalOf } from '../access.js';
import { deviceOf } from '../device-of.js';
import type { Parts } from '../parts.js';
import { PreconditionFailed } from '../problem.js';
import { State, toState, versionsOf } from '../schemas/device.js';
import { AnyObject, Empty, IdParams } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Devices'];
const show = {
  tags,
  summary: 'Shows what is desired of a device, what it reports, and the difference',
  params: IdParams,
  response: { 200: State, 304: Empty },
};
const change = {
  tags,
  summary: 'Merges into what is desired (RFC 7396) and has the device told; If-Match guards against others',
  params: IdParams,
  headers: Type.Object({ 'if-match': Type.Optional(Type.String({ maxLength: 100 })) }),
  body: Type.Object({ desired: AnyObject }, { additionalProperties: false }),
  response: { 200: State },
};

export function stateRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/devices/:id/state';
  const read = { access: member('devices:read') };
  server.get(path, { config: read, schema: show }, async (request, reply) => {
    const { stateJson } = await deviceOf(peers, request, request.params.id);
    const tag = entityTag(versionsOf(stateJson));
    reply.header('etag', tag);
    if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send(null);
    return reply.code(200).send(toState(stateJson));
  });

  const write = { access: member('devices:write', 'operator') };
  server.patch(path, { config: write, schema: change }, async (request, reply) => {
    const ifVersion = versionOf(request.headers['if-match']);
    if (ifVersion === 'malformed') throw wrong('if-match', 'must be an entity tag that this state had');
    try {
      const { device } = await peers.commands.updateDesired({
        principal: principalOf(request),
        deviceId: request.params.id,
        patchJson: JSON.stringify(request.body.desired),
        ifVersion,
      });
      const { stateJson } = present(device, 'device');
      return await reply
        .header('etag', entityTag(versionsOf(stateJson)))
        .code(200)
        .send(toState(stateJson));
    } catch (error) {
      if (ifVersion !== undefined && isFault(error, 'conflict')) throw new PreconditionFailed(error.message);
      throw error;
    }
  });
}
