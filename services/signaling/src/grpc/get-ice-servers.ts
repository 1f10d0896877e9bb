// GetIceServers: the ICE servers of one person, with credentials of their own.
import type { signaling } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { iceServersIssued } from '../events.js';
import { type IceSettings, iceOffer } from '../ice/ice-servers.js';

// Long enough for any id, short enough to keep the username below what a TURN server holds (RFC 8489, 14.3: 508 bytes).
const MAX_USER_ID = 128;

/** The handler. Fault `invalid` without a user id, or with one that is no single word. */
export function getIceServers(settings: IceSettings, now: () => number) {
  return async (request: signaling.GetIceServersRequest): Promise<signaling.GetIceServersResponse> => {
    const { userId } = request;
    if (!/^[\x21-\x7e]+$/.test(userId) || userId.length > MAX_USER_ID) {
      throw new Fault('invalid', `user_id must be 1 to ${MAX_USER_ID} visible characters`);
    }
    const { servers, expiresAtMs } = iceOffer(settings, 'viewer', `viewer_${userId}`, now());
    iceServersIssued(expiresAtMs > 0);
    return { iceServers: servers, expiresAtMs };
  };
}
