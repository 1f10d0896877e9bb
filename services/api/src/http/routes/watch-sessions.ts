// /v1/watch-sessions: who watches which camera, and how to end that.
import type { signaling } from '@mooring/proto';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { organizationsOf, requireRole } from '../memberships.js';
import type { Parts, Peers } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Watching'];

const SessionId = Type.String({
  format: 'uuid',
  description: 'UUIDv4; as the camera and the viewer know it',
});
const WatchSession = Type.Object({
  id: SessionId,
  organization_id: Id,
  device_id: Id,
  user_id: Type.String({ description: 'Who watches: a person, or an API key' }),
  state: Type.String({ description: 'pending, negotiating, active or ended' }),
  created_at: Time,
  ready_at: Nullable(Time),
  offered_at: Nullable(Time),
  answered_at: Nullable(Time),
  ended_at: Nullable(Time),
  reason: Nullable(
    Type.String({
      description:
        'user_ended, viewer_disconnected, device_disconnected, timeout or error; null before the end',
    }),
  ),
  viewer_lost_at: Nullable(
    Type.String({ format: 'date-time', description: 'Away since, and may come back' }),
  ),
  device_lost_at: Nullable(
    Type.String({ format: 'date-time', description: 'Away since, and may come back' }),
  ),
});

const list = {
  tags,
  summary: 'Lists watch sessions, the newest first',
  querystring: PageQuery({
    device: Type.Optional(Id),
    organization: Type.Optional(Id),
    active: Type.Optional(
      Type.Boolean({ description: 'true: not ended yet; false: ended; both when absent' }),
    ),
  }),
  response: { 200: Page(WatchSession) },
};
const params = Type.Object({ id: SessionId });
const show = { tags, summary: 'Shows one', params, response: { 200: WatchSession } };
const end = {
  tags,
  summary: 'Ends one with the reason user_ended; of somebody else only for operators',
  params,
  response: { 204: Empty },
};

export function watchSessionRoutes(server: Server, { peers }: Parts): void {
  const config = { access: member('watch') };

  server.get('/v1/watch-sessions', { config, schema: list }, async (request) => {
    const { device: deviceId = '', organization, active } = request.query;
    if (deviceId !== '') await deviceBehind(peers, request, deviceId);
    const organizationIds = [...organizationsOf(request, organization)];
    const page = pageOf(request.query);
    const asked = { organizationIds, deviceId, active, ...page };
    return pageFrom(await peers.signaling.listWatchSessions(asked), toWatchSession);
  });

  server.get('/v1/watch-sessions/:id', { config, schema: show }, async (request) =>
    toWatchSession(await sessionOf(peers, request, request.params.id)),
  );

  server.delete('/v1/watch-sessions/:id', { config, schema: end }, async (request, reply) => {
    const { id, organizationId, userId: watcher } = await sessionOf(peers, request, request.params.id);
    const { userId, apiKeyId } = principalOf(request);
    if (watcher !== (userId || apiKeyId)) requireRole(request, organizationId, 'operator');
    await peers.signaling.endWatchSession({ organizationIds: [organizationId], id });
    return reply.code(204).send(null);
  });
}

/** Fault `not_found` when there is none under that id in an organization of whoever asks. */
async function sessionOf(peers: Peers, request: FastifyRequest, id: string): Promise<signaling.WatchSession> {
  const asked = { organizationIds: [...organizationsOf(request)], id };
  const { session } = await peers.signaling.getWatchSession(asked);
  return present(session, 'watch session');
}

function toWatchSession(session: signaling.WatchSession): Static<typeof WatchSession> {
  return {
    id: session.id,
    organization_id: session.organizationId,
    device_id: session.deviceId,
    user_id: session.userId,
    state: session.state,
    created_at: toTime(session.createdAtMs),
    ready_at: toTimeOrNull(session.readyAtMs),
    offered_at: toTimeOrNull(session.offeredAtMs),
    answered_at: toTimeOrNull(session.answeredAtMs),
    ended_at: toTimeOrNull(session.endedAtMs),
    reason: session.reason || null,
    viewer_lost_at: toTimeOrNull(session.viewerLostAtMs),
    device_lost_at: toTimeOrNull(session.deviceLostAtMs),
  };
}
