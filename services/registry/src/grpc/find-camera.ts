// Says which camera somebody wants to watch, whether they may, and where it is.
import type { registry } from '@mooring/proto';
import { Fault, isFault, unary } from '@mooring/runtime';
import { unknown } from '../domain/authorize.js';
import { authorizeWatching } from '../domain/watching.js';
import type { Context } from './context.js';
import { placeOf } from './locate.js';
import { standingOf } from './standing.js';

/**
 * Memberships are read anew: a viewer's connection may be older than its rights. Cameras' own names are known to whoever
 * makes them, and the protocol wants one that belongs to others told from none (camera.md, 6); public ids are not, so
 * for those the two cannot be told apart.
 */
export function findCamera(context: Context): registry.RegistryServer['findCamera'] {
  return unary(async ({ userId, apiKeyId, name }) => {
    const [principal, camera] = await Promise.all([
      standingOf(context, userId, apiKeyId),
      context.store.sessions.named('camera', name),
    ]);
    if (camera === undefined) throw unknown('camera');
    const { id: deviceId, organizationId, byIdentifier, location } = camera;
    try {
      authorizeWatching(principal, organizationId);
    } catch (error) {
      if (byIdentifier && isFault(error, 'not_found'))
        throw new Fault('forbidden', 'this camera is not yours');
      throw error;
    }
    return { deviceId, organizationId, place: placeOf(location) };
  });
}
