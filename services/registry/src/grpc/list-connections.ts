// When a device was connected, the newest first.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission } from '../domain/authorize.js';
import { page, paged } from '../domain/page.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { connectionMessage } from './message.js';
import { principalOf } from './principal.js';

export function listConnections(context: Context): registry.RegistryServer['listConnections'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const asked = page(request.limit, request.cursor, 'number');
    const found = await context.store.connections.list(id, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ epoch }) => epoch.toString());
    return { items: items.map(connectionMessage), nextCursor };
  });
}
