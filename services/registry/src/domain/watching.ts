// Decides whether somebody may watch a camera: when they ask for it, and as long as they do.
import { authorize, permission } from './authorize.js';
import type { Principal } from './principal.js';

/** `organizationId`: whose the camera is, undefined for none. Faults as `authorize`. */
export function authorizeWatching(principal: Principal, organizationId: string | undefined): void {
  authorize(principal, organizationId, permission.watchDevices, 'camera');
}
