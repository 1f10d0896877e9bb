// Says what people say of devices, to services that keep a copy of it.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { keyPattern } from '../domain/page.js';
import type { Context } from './context.js';

const MAX_DEVICES = 1_000;

export function describeDevices({ store }: Context): registry.RegistryServer['describeDevices'] {
  return unary(async ({ deviceIds }) => {
    if (deviceIds.length > MAX_DEVICES) {
      const message = `must be at most ${MAX_DEVICES}`;
      throw new Fault('invalid', `device_ids ${message}`, { details: [{ field: 'device_ids', message }] });
    }
    const found = await store.devices.described(deviceIds.filter((id) => keyPattern.uuid.test(id)));
    return {
      items: found.map(({ id: deviceId, number: deviceNumber, organizationId, identifier, tags }) => {
        return { deviceId, deviceNumber, organizationId, identifier, tags };
      }),
    };
  });
}
