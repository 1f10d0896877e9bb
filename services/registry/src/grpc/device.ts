// The device that a request is about, if whoever asks may do to it what they ask.
import { authorize, type Permission, unknown } from '../domain/authorize.js';
import type { Device } from '../domain/device.js';
import type { Principal } from '../domain/principal.js';
import type { Context } from './context.js';
import { idOf } from './principal.js';

/** Faults `not_found` and `forbidden`. */
export async function deviceFor(
  { store }: Context,
  principal: Principal,
  id: string,
  needed: Permission,
): Promise<Device> {
  const device = await store.devices.get(idOf(id, 'device'));
  authorize(principal, device?.organizationId, needed, 'device');
  if (device === undefined) throw unknown('device');
  return device;
}
