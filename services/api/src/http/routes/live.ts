// GET /v1/live and /v1/devices/{id}/live: server-sent events, a snapshot first and then each stored change.
import type { registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { EventStream } from '../../live/event-stream.js';
import { snapshotOf } from '../../live/snapshot.js';
import { Watcher } from '../../live/watcher.js';
import { type Access, member, principalOf } from '../access.js';
import { allDevices, deviceOf } from '../device-of.js';
import { authenticate, tokenOf } from '../guard.js';
import type { Parts } from '../parts.js';
import { Id, IdParams } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const access: Access = { ...member('telemetry:read'), queryToken: true };
const config = { access };
const tags = ['Telemetry'];
const TokenQuery = {
  access_token: Type.Optional(Type.String({ description: 'The bearer token, for an EventSource' })),
};
const Events = Type.String({
  description:
    '`event: snapshot` {devices, readings, truncated}, then `reading`, `presence`, `command`, `alarm`, `update` and `watch`',
});

const produces = ['text/event-stream'];
const everything = {
  tags,
  summary: 'Streams what changes in your organizations',
  querystring: Type.Object(
    { ...TokenQuery, organization: Type.Optional(Id) },
    { additionalProperties: false },
  ),
  produces,
  response: { 200: Events },
};
const oneDevice = {
  tags,
  summary: 'Streams what changes of one device',
  params: IdParams,
  querystring: Type.Object(TokenQuery, { additionalProperties: false }),
  produces,
  response: { 200: Events },
};

export function liveRoutes(server: Server, parts: Parts): void {
  server.get('/v1/live', { config, schema: everything }, async (request, reply) => {
    const { organization = '' } = request.query;
    const organizations = principalOf(request).memberships.map((each) => each.organizationId);
    if (organization !== '' && !organizations.includes(organization)) {
      throw new Fault('not_found', 'no such organization');
    }
    const watched = organization === '' ? organizations : [organization];
    const devices = () => allDevices(parts.peers, request, organization);
    return watch(parts, request, reply, watched, devices);
  });

  server.get('/v1/devices/:id/live', { config, schema: oneDevice }, async (request, reply) => {
    const { id, organizationId } = await deviceOf(parts.peers, request, request.params.id);
    // Asked again after the stream has begun to listen: nothing that happens in between is missed.
    const devices = async () => ({
      devices: [await deviceOf(parts.peers, request, id)],
      truncated: false,
    });
    return watch(parts, request, reply, [organizationId], devices, id);
  });
}

interface Found {
  readonly devices: readonly registry.Device[];
  readonly truncated: boolean;
}

async function watch(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  organizations: readonly string[],
  find: () => Promise<Found>,
  deviceId?: string,
): Promise<FastifyReply> {
  const token = tokenOf(request, access);
  const stream = new EventStream();
  reply.raw.once('close', () => stream.destroy());
  const allowed = async () =>
    (await authenticate(parts, token)).memberships.map((each) => each.organizationId);
  const watcher = new Watcher({
    stream,
    organizations,
    allowed,
    ...(deviceId === undefined ? {} : { deviceId }),
  });
  parts.live.add(watcher);
  try {
    const { devices, truncated } = await find();
    const { snapshot, known } = await snapshotOf(parts.peers.telemetry, devices, truncated);
    watcher.begin(snapshot, known);
  } catch (error) {
    stream.destroy();
    throw error;
  }
  reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  return reply.send(stream);
}
