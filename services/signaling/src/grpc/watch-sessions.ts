// ListWatchSessions, GetWatchSession and EndWatchSession: who watched which camera, and when.
import type { signaling } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import type { Session } from '../domain/session.js';
import type { SessionReader } from '../store/sessions.js';
import type { SessionChanges } from '../watching/changes.js';
import { cursorOf, deviceOf, limitOf, organizationsOf, placeOf, sessionIdOf } from './request.js';

type Server = signaling.SignalingServer;

export function listWatchSessions({ list }: Pick<SessionReader, 'list'>): Server['listWatchSessions'] {
  return unary(async (request) => {
    const limit = limitOf(request.limit);
    const found = await list({
      organizationIds: organizationsOf(request.organizationIds),
      deviceId: deviceOf(request.deviceId),
      active: request.active,
      limit: limit + 1,
      before: placeOf(request.cursor),
    });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? cursorOf(last) : '';
    return { items: items.map(toMessage), nextCursor };
  });
}

export function getWatchSession({ byIds }: Pick<SessionReader, 'byIds'>): Server['getWatchSession'] {
  return unary(async ({ organizationIds, id }) => {
    const [session] = await byIds([sessionIdOf(id)]);
    if (session === undefined || !organizationsOf(organizationIds).includes(session.organizationId)) {
      throw new Fault('not_found', 'no such watch session');
    }
    return { session: toMessage(session) };
  });
}

export function endWatchSession({ endByHand }: Pick<SessionChanges, 'endByHand'>): Server['endWatchSession'] {
  return unary(async ({ organizationIds, id }) => ({
    session: toMessage(await endByHand(organizationsOf(organizationIds), sessionIdOf(id))),
  }));
}

function toMessage(session: Session): signaling.WatchSession {
  const { id, organizationId, deviceId, watcher, state, reason, viewer, device } = session;
  const { createdAtMs, readyAtMs, offeredAtMs, answeredAtMs, endedAtMs } = session;
  return {
    ...{ id, organizationId, deviceId, userId: watcher.userId, state, reason },
    ...{ createdAtMs, readyAtMs, offeredAtMs, answeredAtMs, endedAtMs },
    viewerLostAtMs: viewer.lostAtMs,
    deviceLostAtMs: device.lostAtMs,
  };
}
