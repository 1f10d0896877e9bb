// Fetches the organization that a route is about, and its devices.
import type { registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import { present, principalOf } from './access.js';
import { unscoped } from './device-of.js';
import type { Peers } from './parts.js';

const PAGE_DEVICES = 500;
/** Devices of one question; as many as telemetry takes. */
const MAX_DEVICES = 2_000;

/**
 * The organization behind what a route shows, such as its energy. Fault `not_found` when whoever asks does not belong to
 * it; the scope of reading accounts is not asked for.
 */
export async function organizationBehind(
  peers: Peers,
  request: FastifyRequest,
  id: string,
): Promise<registry.Organization> {
  const { organization } = await peers.registry.getOrganization({ principal: unscoped(request), id });
  return present(organization, 'organization');
}

/**
 * All devices of an organization, or those with a tag. Shows what devices are, so their scope is asked for. Fault
 * `invalid` when there are more than 2 000.
 */
export async function devicesOf(
  peers: Peers,
  request: FastifyRequest,
  organizationId: string,
  tag: string,
): Promise<registry.Device[]> {
  const principal = principalOf(request);
  const filter = { principal, dialect: '', tag, query: '', parentId: '', organizationId };
  const devices: registry.Device[] = [];
  let cursor = '';
  do {
    const page = await peers.registry.listDevices({ ...filter, limit: PAGE_DEVICES, cursor });
    devices.push(...page.items);
    cursor = page.nextCursor;
    if (devices.length > MAX_DEVICES) {
      const message = `must leave at most ${MAX_DEVICES} devices`;
      throw new Fault('invalid', `tag ${message}`, { details: [{ field: 'tag', message }] });
    }
  } while (cursor !== '');
  return devices;
}
