// Devices of one organization, or of all that the principal belongs to.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { authorize, authorizedIn, permission } from '../domain/authorize.js';
import { page, paged } from '../domain/page.js';
import type { Context } from './context.js';
import { deviceMessage } from './message.js';
import { idOf, principalOf } from './principal.js';

export function listDevices({ store }: Context): registry.RegistryServer['listDevices'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationIds = organizationsOf(principal, request.organizationId);
    const asked = page(request.limit, request.cursor);
    const { dialect, online, tag, query } = request;
    const parentId = request.parentId === '' ? '' : idOf(request.parentId, 'parent');
    const found = await store.deviceList(organizationIds, { dialect, online, tag, query, parentId }, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(deviceMessage), nextCursor };
  });
}

function organizationsOf(principal: ReturnType<typeof principalOf>, named: string): readonly string[] {
  if (named === '') return authorizedIn(principal, permission.readDevices);
  const id = idOf(named, 'organization');
  authorize(principal, id, permission.readDevices, 'organization');
  return [id];
}
