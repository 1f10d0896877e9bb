// Changes what people say of a device: its name, tags and kind.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission } from '../domain/authorize.js';
import { checkKind, checkTags } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import { actorOf } from '../domain/principal.js';
import type { DeviceChange } from '../store/devices.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { deviceMessage } from './message.js';
import { principalOf } from './principal.js';

export function updateDevice(context: Context): registry.RegistryServer['updateDevice'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.id, permission.writeDevices);
    const device = await context.store.devices.update(id, changeOf(request), actorOf(principal));
    context.committed();
    return { device: deviceMessage(device) };
  });
}

function changeOf({ name, tags, setTags, kind }: registry.UpdateDeviceRequest): DeviceChange {
  const problems = new Problems();
  const change = {
    ...(name === undefined ? {} : { name: problems.name('name', name) }),
    ...(setTags ? { tags: checkTags(problems, tags) } : {}),
    ...(kind === undefined ? {} : { kind: checkKind(problems, kind) }),
  };
  problems.check();
  return change;
}
