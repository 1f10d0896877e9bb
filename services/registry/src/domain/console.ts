// What a person's console of a device is to the registry, and how its beginning and its end are noted.
import type { NodeProcess } from '@mooring/runtime';
import type { ToldDeed } from './audit-record.js';
import { authorize, permission } from './authorize.js';
import { keyPattern } from './page.js';
import type { Principal } from './principal.js';

/** A console that the registry let somebody open. */
export interface OpenConsole {
  /** UUID. */
  readonly id: string;
  readonly organizationId: string;
  readonly deviceId: string;
  /** iex or shell. */
  readonly kind: string;
  /** A person or an API key: the other one is empty. */
  readonly userId: string;
  readonly apiKeyId: string;
  /** The person's connection, and the edge process that holds it. */
  readonly at: NodeProcess & { readonly connectionId: string };
}

/** One that is open, and whose the device is by now; undefined once there is no such device. */
export interface HeldConsole extends OpenConsole {
  readonly deviceOrganizationId: string | undefined;
}

/** Actions of the audit log. */
export const consoleDeed = { opened: 'console.opened', closed: 'console.closed' } as const;

/** Why the registry notes an end that nobody tells. */
export type UntoldEnd = 'edge_lost' | 'unknown';

/** Whether somebody may have the console of an organization's device; undefined for none. Faults as `authorize`. */
export function authorizeConsole(principal: Principal, organizationId: string | undefined): void {
  authorize(principal, organizationId, permission.openConsoles, 'device');
}

/** The session whose end is told by a deed; undefined for any other deed. */
export function closedConsole({ action, details }: ToldDeed): string | undefined {
  const id = details['session_id'];
  if (action !== consoleDeed.closed || typeof id !== 'string') return undefined;
  return keyPattern.uuid.test(id) ? id : undefined;
}
