// Says who may not go on watching a camera, to the service whose sessions are older than people's rights.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { lapsed, lookedUpOnce } from '../domain/lapsed.js';
import { keyPattern } from '../domain/page.js';
import { authorizeWatching } from '../domain/watching.js';
import type { Context } from './context.js';
import { standingOf } from './standing.js';

const MAX_WATCHING = 500;
/** As many as may wait for the database at once. */
const AT_ONCE = 64;

/** Fault `invalid` for too many or for one of nobody; faults of the database, and then nothing is said of anybody. */
export function checkWatching(context: Pick<Context, 'store'>): registry.RegistryServer['checkWatching'] {
  return unary(async ({ watching }) => {
    if (watching.length > MAX_WATCHING) {
      const message = `must be at most ${MAX_WATCHING}`;
      throw new Fault('invalid', `watching ${message}`, { details: [{ field: 'watching', message }] });
    }
    if (watching.some(({ userId, apiKeyId }) => (userId === '') === (apiKeyId === ''))) {
      throw new Fault('invalid', 'somebody must watch, and only one');
    }
    const owners = await ownersOf(context, watching);
    const standing = lookedUpOnce((userId, apiKeyId) => standingOf(context, userId, apiKeyId));
    const withdrawn: number[] = [];
    for (let from = 0; from < watching.length; from += AT_ONCE) {
      const some = watching.slice(from, from + AT_ONCE);
      const refusals = await Promise.all(
        some.map(({ userId, apiKeyId, deviceId, organizationId }) => {
          const ownership = { organizationId, deviceOrganizationId: owners.get(deviceId) };
          return lapsed(ownership, standing(userId, apiKeyId), authorizeWatching);
        }),
      );
      withdrawn.push(...refusals.flatMap((refusal, at) => (refusal === undefined ? [] : [from + at])));
    }
    return { withdrawn };
  });
}

async function ownersOf(
  { store }: Pick<Context, 'store'>,
  watching: readonly registry.Watching[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(watching.map(({ deviceId }) => deviceId).filter((id) => keyPattern.uuid.test(id)));
  const devices = await store.devices.described([...ids]);
  return new Map(devices.map(({ id, organizationId }) => [id, organizationId]));
}
