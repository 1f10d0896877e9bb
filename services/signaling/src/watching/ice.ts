// Gives a connection fresh ICE servers for a session that it is at an end of.
import type { bus as messages } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { sideOf } from '../domain/session.js';
import { deviceHolder, iceOffer, viewerHolder } from '../ice/ice-servers.js';
import type { WatchingParts } from './parts.js';
import { isSessionId } from './request.js';

/** Fault `not_found` for a session that has ended, or that the connection is at no end of. */
export async function freshIce(
  { sessions, ice, clock }: Pick<WatchingParts, 'sessions' | 'ice' | 'clock'>,
  { sessionId, connectionId }: messages.WatchIceRequest,
): Promise<messages.WatchIceReply> {
  const [session] = isSessionId(sessionId) ? await sessions.byIds([sessionId]) : [];
  const side = session === undefined ? undefined : sideOf(session, connectionId);
  if (session === undefined || session.state === 'ended' || side === undefined) {
    throw new Fault('not_found', 'no such session');
  }
  const holder = side === 'viewer' ? viewerHolder(session) : deviceHolder(session);
  const { servers, expiresAtMs } = iceOffer(ice, side, holder, clock.now());
  return { iceServers: servers, expiresAtMs };
}
