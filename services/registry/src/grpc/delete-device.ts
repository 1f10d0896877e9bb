// Deletes a device with its history, and has its session ended.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission } from '../domain/authorize.js';
import { actorOf } from '../domain/principal.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { principalOf } from './principal.js';

export function deleteDevice(context: Context): registry.RegistryServer['deleteDevice'] {
  const { store, notices, committed } = context;
  return unary(async (request, { signal }) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.id, permission.deleteDevices);
    const session = await store.devices.remove(device, actorOf(principal));
    committed();
    // The row is gone, so the session that it named last is all there is to look up.
    await notices.end('device_deleted', async () => session, signal);
    return {};
  });
}
