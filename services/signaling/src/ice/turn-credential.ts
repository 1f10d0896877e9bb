// Decides what a TURN server accepts as proof: the shared-secret scheme that coturn calls use-auth-secret.
import { createHmac } from 'node:crypto';

/** A username that carries its own expiry, and the password that belongs to it. */
export interface TurnCredential {
  readonly username: string;
  /** Base64 of HMAC-SHA1 over the whole username. Coturn answers 401 to the same bytes in hex. */
  readonly credential: string;
}

/** The password of a username under a shared secret (draft-uberti-behave-turn-rest-00, 2.2). */
export function turnPassword(secret: string, username: string): string {
  return createHmac('sha1', secret).update(username).digest('base64');
}

/**
 * Credentials of one holder, good for new allocations until `expiresAtS` (Unix seconds). The expiry comes first in the
 * username, so a holder's name may contain anything, colons included.
 */
export function turnCredential(secret: string, holder: string, expiresAtS: number): TurnCredential {
  const username = `${expiresAtS}:${holder}`;
  return { username, credential: turnPassword(secret, username) };
}
