// Assembles the Signaling service from its RPCs.
import { signaling } from '@mooring/proto';
import { type Clock, unary } from '@mooring/runtime';
import type { IceSettings } from '../ice/ice-servers.js';
import { getIceServers } from './get-ice-servers.js';

/** The service and its handlers, as a gRPC server takes them. */
export function signalingService(settings: IceSettings, clock: Clock) {
  const handlers: signaling.SignalingServer = {
    getIceServers: unary(getIceServers(settings, () => clock.now())),
  };
  return [signaling.SignalingService, handlers] as const;
}
