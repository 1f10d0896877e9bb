// Fetches the device that a route is about, which is also the check that whoever asks may see it.
import type { registry } from '@mooring/proto';
import type { FastifyRequest } from 'fastify';
import { present, principalOf } from './access.js';
import type { Peers } from './parts.js';

/** The device. Fault `not_found` when there is none under that id in an organization of whoever asks. */
export async function deviceOf(peers: Peers, request: FastifyRequest, id: string): Promise<registry.Device> {
  const { device } = await peers.registry.getDevice({ principal: principalOf(request), id });
  return present(device, 'device');
}

/**
 * The device behind what a route shows, such as its readings. The route's own scope has been checked, and nothing of the
 * device itself is shown, so the scope of reading devices is not asked for on top.
 */
export async function deviceBehind(
  peers: Peers,
  request: FastifyRequest,
  id: string,
): Promise<registry.Device> {
  const { device } = await peers.registry.getDevice({ principal: unscoped(request), id });
  return present(device, 'device');
}

/** Who asks, confined by their memberships alone. Only for looking up what a route needs and does not show. */
export function unscoped(request: FastifyRequest): registry.Principal {
  return { ...principalOf(request), scopes: [] };
}

const MAX_DEVICES = 500;

/** The devices of one organization, or of all for an empty id: as many as a snapshot holds, and whether that is all. */
export async function allDevices(peers: Peers, request: FastifyRequest, organizationId: string) {
  const { items, nextCursor } = await peers.registry.listDevices({
    principal: principalOf(request),
    dialect: '',
    tag: '',
    query: '',
    parentId: '',
    organizationId,
    limit: MAX_DEVICES,
    cursor: '',
  });
  return { devices: items, truncated: nextCursor !== '' };
}
