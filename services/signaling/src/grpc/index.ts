// Assembles the Signaling service from its RPCs.
import { signaling } from '@mooring/proto';
import { type Clock, unary } from '@mooring/runtime';
import type { IceSettings } from '../ice/ice-servers.js';
import type { SessionReader } from '../store/sessions.js';
import type { SessionChanges } from '../watching/changes.js';
import { getIceServers } from './get-ice-servers.js';
import { endWatchSession, getWatchSession, listWatchSessions } from './watch-sessions.js';

export interface SignalingContext {
  readonly ice: IceSettings;
  readonly sessions: Pick<SessionReader, 'list' | 'byIds'>;
  readonly changes: Pick<SessionChanges, 'endByHand'>;
  readonly clock: Clock;
}

/** The service and its handlers, as a gRPC server takes them. */
export function signalingService({ ice, sessions, changes, clock }: SignalingContext) {
  const handlers: signaling.SignalingServer = {
    listWatchSessions: listWatchSessions(sessions),
    getWatchSession: getWatchSession(sessions),
    endWatchSession: endWatchSession(changes),
    getIceServers: unary(getIceServers(ice, () => clock.now())),
  };
  return [signaling.SignalingService, handlers] as const;
}
