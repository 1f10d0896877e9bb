// Print keys of a printer: listed, made, withdrawn, and opened by whoever prints with one.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission, unknown } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import { senderName } from '../domain/print-key.js';
import { makeSecret, SecretKind } from '../domain/secret.js';
import { printKeyMessage } from './claim-message.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { deviceMessage } from './message.js';
import { idOf, onceOf, principalOf } from './principal.js';
import { secretSeed } from './secret-seed.js';

type Server = registry.ClaimsServer;

export function listPrintKeys(context: Context): Server['listPrintKeys'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const asked = page(request.limit, request.cursor);
    const found = await context.store.printKeys.list(id, asked);
    const { items, nextCursor } = paged(found, asked.limit, (each) => each.id);
    return { items: items.map(printKeyMessage), nextCursor };
  });
}

export function createPrintKey(context: Context): Server['createPrintKey'] {
  const { store, secret: masterKey } = context;
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.writeDevices);
    const problems = new Problems();
    const name = problems.name('name', request.name);
    if (device.dialect !== 'berg' || device.kind === 'bridge')
      problems.add('device_id', 'must be a printer: nothing else prints');
    problems.check();
    const once = onceOf(principal, request.idempotencyKey, 'CreatePrintKey', { deviceId: device.id, name });
    const secretFor = (id: string): string =>
      makeSecret(SecretKind.printKey, masterKey, secretSeed(once, id));
    const { printKey, secret } = await store.printKeys.create(device, name, secretFor, once);
    return { printKey: printKeyMessage(printKey), secret };
  });
}

export function deletePrintKey(context: Context): Server['deletePrintKey'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.writeDevices);
    await context.store.printKeys.remove(device, idOf(request.id, 'print key'), actorOf(principal));
    return {};
  });
}

/** No secret of ours is longer; the bound keeps others from being hashed. */
const MAX_SECRET = 64;

export function openPrintKey({ store }: Context): Server['openPrintKey'] {
  return unary(async ({ secret, use, sender }) => {
    const plausible = secret.length <= MAX_SECRET && secret.startsWith(SecretKind.printKey);
    const used = use ? { sender: senderName(sender) } : undefined;
    const opened = plausible ? await store.printKeys.open(secret, used) : undefined;
    if (opened === undefined) throw unknown('print key');
    const { printKey, device, organizationName } = opened;
    return { printKey: printKeyMessage(printKey), device: deviceMessage(device), organizationName };
  });
}
