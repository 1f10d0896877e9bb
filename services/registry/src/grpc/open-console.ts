// Lets somebody have the console of a Nerves device, notes that they have it, and says where the device is.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { unknown } from '../domain/authorize.js';
import { authorizeConsole } from '../domain/console.js';
import { hasControl } from '../domain/fields.js';
import { keyPattern } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import type { Context } from './context.js';
import { placeOf } from './locate.js';
import { standingOf } from './standing.js';

const KINDS: ReadonlySet<string> = new Set(['iex', 'shell']);

/**
 * Memberships are read anew: the connection of who asks may be older than its rights. Names of others' devices cannot be
 * told from names of none. What is noted names the session, and the note of its end will name the same.
 */
export function openConsole(context: Context): registry.RegistryServer['openConsole'] {
  return unary(async ({ userId, apiKeyId, name, sessionId, kind, remoteAddress, ...person }) => {
    const { node, boot, connectionId } = person;
    if (!KINDS.has(kind)) throw new Fault('invalid', 'the kind is neither iex nor shell');
    if (!keyPattern.uuid.test(sessionId)) throw new Fault('invalid', 'the session has no id');
    if (hasControl(name)) throw unknown('device');
    const [principal, device] = await Promise.all([
      standingOf(context, userId, apiKeyId),
      context.store.sessions.named('nerveshub', name),
    ]);
    if (device === undefined) throw unknown('device');
    const { id: deviceId, organizationId, location } = device;
    authorizeConsole(principal, organizationId);
    if (location.session === undefined) throw new Fault('conflict', 'the device is offline');
    const actor = actorOf(principal);
    const who = { userId: principal.userId ?? '', apiKeyId: principal.apiKeyId ?? '' };
    const at = { node, boot, connectionId };
    const opened = { id: sessionId.toLowerCase(), organizationId, deviceId, kind, ...who, at };
    await context.store.consoles.opened(opened, remoteAddress);
    return { deviceId, organizationId, place: placeOf(location), actor };
  });
}
