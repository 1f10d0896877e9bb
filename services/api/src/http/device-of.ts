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
