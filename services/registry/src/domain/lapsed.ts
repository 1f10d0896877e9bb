// Decides whether somebody may still have what they once were given at a device.
import { asFault, type Fault, type FaultCode } from '@mooring/runtime';
import type { Principal } from './principal.js';

/** Who somebody is at this moment. Fault `forbidden` for somebody who exists no longer. */
export type StandingOf = (userId: string, apiKeyId: string) => Promise<Principal>;

/** Whose the device was when it was given, and whose it is; undefined once there is no such device. */
export interface Ownership {
  readonly organizationId: string;
  readonly deviceOrganizationId: string | undefined;
}

const refusals: ReadonlySet<FaultCode> = new Set(['forbidden', 'not_found', 'unauthenticated']);

/**
 * The fault with which `authorize` refuses it now; undefined when it does not. Rejects with any other fault, which says
 * nothing about rights.
 */
export async function lapsed(
  { organizationId, deviceOrganizationId }: Ownership,
  standing: Promise<Principal>,
  authorize: (principal: Principal, organizationId: string | undefined) => void,
): Promise<Fault | undefined> {
  try {
    const principal = await standing;
    // A device that has gone elsewhere takes nobody along, not even members of both organizations.
    authorize(principal, deviceOrganizationId === organizationId ? organizationId : undefined);
    return undefined;
  } catch (error) {
    const fault = asFault(error);
    if (refusals.has(fault.code)) return fault;
    throw fault;
  }
}

/** The same, and somebody who is asked about several times is looked up once. */
export function lookedUpOnce(standing: StandingOf): StandingOf {
  const people = new Map<string, Promise<Principal>>();
  return (userId, apiKeyId) => {
    const key = `${userId} ${apiKeyId}`;
    const known = people.get(key) ?? standing(userId, apiKeyId);
    people.set(key, known);
    return known;
  };
}
