// The service Commands: what devices are told, and what they are wanted to be.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { authorize, type Permission, permission, unknown } from '../domain/authorize.js';
import { type Command, type CommandState, isCommandState } from '../domain/command.js';
import { parsePatch } from '../domain/desired.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import { commandMessage } from './command-message.js';
import type { Context } from './context.js';
import { createCommand } from './create-command.js';
import { deviceFor } from './device.js';
import { deviceMessage } from './message.js';
import { idOf, principalOf } from './principal.js';

type Server = registry.CommandsServer;

export function commandHandlers(context: Context): Server {
  return {
    createCommand: createCommand(context),
    getCommand: getCommand(context),
    listCommands: listCommands(context),
    cancelCommand: cancelCommand(context),
    updateDesired: updateDesired(context),
  };
}

function getCommand(context: Context): Server['getCommand'] {
  return unary(async (request) => {
    return { command: commandMessage(await commandFor(context, request, permission.readDevices)) };
  });
}

function listCommands(context: Context): Server['listCommands'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const asked = page(request.limit, request.cursor);
    const found = await context.store.commands.list(id, stateOf(request.state), asked);
    const { items, nextCursor } = paged(found, asked.limit, (each) => each.id);
    return { items: items.map(commandMessage), nextCursor };
  });
}

function cancelCommand(context: Context): Server['cancelCommand'] {
  return unary(async (request) => {
    const { id } = await commandFor(context, request, permission.commandDevices);
    const cancelled = await context.store.commands.cancel(id);
    context.commanded();
    return { command: commandMessage(cancelled) };
  });
}

function updateDesired(context: Context): Server['updateDesired'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.deviceId, permission.commandDevices);
    const patch = parsePatch(request.patchJson);
    const wanted = { patch, ifVersion: request.ifVersion, actor: actorOf(principal) };
    const device = await context.store.desired.update(id, wanted);
    context.commanded();
    return { device: deviceMessage(device) };
  });
}

/** The command if whoever asks may do with it what they ask. Faults `not_found` and `forbidden`. */
async function commandFor(
  { store }: Context,
  request: registry.GetCommandRequest,
  needed: Permission,
): Promise<Command> {
  const principal = principalOf(request.principal);
  const command = await store.commands.get(idOf(request.id, 'command'));
  authorize(principal, command?.organizationId, needed, 'command');
  if (command === undefined) throw unknown('command');
  return command;
}

function stateOf(state: string): CommandState | undefined {
  if (state === '') return undefined;
  if (isCommandState(state)) return state;
  const message = 'is not a state of commands';
  throw new Fault('invalid', `state ${message}`, { details: [{ field: 'state', message }] });
}
