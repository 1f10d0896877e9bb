// One device with everything known of it.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission } from '../domain/authorize.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { deviceMessage } from './message.js';
import { principalOf } from './principal.js';

export function getDevice(context: Context): registry.RegistryServer['getDevice'] {
  return unary(async ({ principal, id }) => {
    const device = await deviceFor(context, principalOf(principal), id, permission.readDevices);
    return { device: deviceMessage(device) };
  });
}
