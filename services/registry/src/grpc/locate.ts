// Says where a device is now, to services that must reach it.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { unknown } from '../domain/authorize.js';
import type { Location } from '../domain/session.js';
import type { Context } from './context.js';
import { idOf } from './principal.js';

export function locate({ store }: Context): registry.RegistryServer['locate'] {
  return unary(async ({ deviceId }) => {
    const found = await store.sessions.locate(idOf(deviceId, 'device'));
    if (found === undefined) throw unknown('device');
    return placeOf(found);
  });
}

/** Where a device is, as services are told. */
export function placeOf({ deviceNumber, epoch, session }: Location): registry.LocateResponse {
  return {
    online: session !== undefined,
    node: session?.node ?? '',
    connectionId: session?.connectionId ?? '',
    epoch,
    deviceNumber,
  };
}
