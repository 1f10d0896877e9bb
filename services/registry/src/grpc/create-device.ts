// Enrols a device before it connects.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { authorize, permission } from '../domain/authorize.js';
import { checkIdentity, checkKind, checkTags } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import type { Context } from './context.js';
import { deviceMessage } from './message.js';
import { idOf, onceOf, organizationOf, principalOf } from './principal.js';

export function createDevice({ store }: Context): registry.RegistryServer['createDevice'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    authorize(principal, organizationId, permission.writeDevices, 'organization');
    const problems = new Problems();
    const device = {
      organizationId,
      ...checkIdentity(problems, request.dialect, request.identifier),
      name: problems.name('name', request.name),
      tags: checkTags(problems, request.tags),
      kind: checkKind(problems, request.kind),
      parentId: request.parentId === '' ? undefined : idOf(request.parentId, 'parent'),
    };
    problems.check();
    const once = onceOf(principal, request.idempotencyKey, 'CreateDevice', device);
    return { device: deviceMessage(await store.devices.create(device, once)) };
  });
}
