// Queues a command that somebody, or a print key, asks for.
import { createHash } from 'node:crypto';
import { bus, type registry } from '@mooring/proto';
import { currentTraceparent, Fault, systemClock, unary } from '@mooring/runtime';
import { authorize, permission, unknown } from '../domain/authorize.js';
import type { NewCommand } from '../domain/command.js';
import { checkAction } from '../domain/command-action.js';
import { checkExpiry, checkTimeout, checkType } from '../domain/command-type.js';
import type { Device } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import { type JsonObject, parseObject } from '../domain/json.js';
import { actorOf } from '../domain/principal.js';
import { commandMessage } from './command-message.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { idOf, onceBy, principalOf } from './principal.js';

const MAX_PARAMS_BYTES = 8 * 1024;

/** Who asks: what is shown of them, and what their idempotency keys are kept under. */
interface Asker {
  readonly device: Device;
  readonly actor: string;
  readonly keys: string;
}

export function createCommand(context: Context): registry.CommandsServer['createCommand'] {
  const { store, commanded } = context;
  return unary(async (request) => {
    const { device, actor, keys } = await askerOf(context, request);
    const { command, digest } = read(request, device, actor);
    const { type, paramsJson, timeoutS, expiresInS } = request;
    const asked = { deviceId: device.id, type, paramsJson, timeoutS, expiresInS, digest };
    const once = onceBy(keys, request.idempotencyKey, 'CreateCommand', asked);
    const made = await store.commands.create(command, once);
    commanded();
    return { command: commandMessage(made) };
  });
}

async function askerOf(context: Context, request: registry.CreateCommandRequest): Promise<Asker> {
  const { deviceId, type, printKeyId } = request;
  if (request.principal === undefined && printKeyId !== '') {
    const id = idOf(printKeyId, 'print key');
    const device = await context.store.devices.get(idOf(deviceId, 'device'));
    if (device === undefined || !(await context.store.commands.hasPrintKey(id, device.id)))
      throw unknown('print key');
    if (type !== 'print') throw new Fault('forbidden', 'a print key prints, and does nothing else');
    return { device, actor: 'print_key', keys: `print_key ${id}` };
  }
  const principal = principalOf(request.principal);
  const device = await deviceFor(context, principal, deviceId, permission.commandDevices);
  if (type === 'raw') authorize(principal, device.organizationId, permission.sendRaw, 'device');
  // Whoever runs code on a device has it in their hands, as with a console.
  if (type === 'script') authorize(principal, device.organizationId, permission.openConsoles, 'device');
  return { device, actor: actorOf(principal), keys: actorOf(principal) };
}

/** The command, and a digest of what it does. Fault `invalid` names every field that is wrong. */
function read(
  request: registry.CreateCommandRequest,
  device: Device,
  actor: string,
): { readonly command: NewCommand; readonly digest: string } {
  const { type, timeoutS, expiresInS } = request;
  const action = request.command?.action;
  const encoded = bus.Command.encode({ number: 0, traceparent: '', repeat: 0, action }).finish();
  const problems = new Problems();
  checkType(problems, type, action, device);
  checkTimeout(problems, type, timeoutS);
  const expiresS = checkExpiry(problems, type, expiresInS);
  const params = paramsOf(problems, request.paramsJson);
  if (action !== undefined) checkAction(problems, action, encoded.length);
  problems.check();
  if (action === undefined) throw new Fault('invalid', 'the command does not say what it does');
  const command = {
    ...{ deviceId: device.id, organizationId: device.organizationId, type, params, action, actor, timeoutS },
    expiresAt: new Date(systemClock.now() + expiresS * 1_000),
    traceparent: currentTraceparent() ?? '',
  };
  return { command, digest: createHash('sha256').update(encoded).digest('hex') };
}

function paramsOf(problems: Problems, json: string): JsonObject {
  const params = parseObject(json === '' ? '{}' : json, MAX_PARAMS_BYTES);
  if (params === undefined)
    problems.add('params', `must be a JSON object of at most ${MAX_PARAMS_BYTES} bytes`);
  return params ?? {};
}
