// Asks the registry which camera somebody may watch, whether they still may, and where it is.
import type { registry } from '@mooring/proto';
import type { GrpcClient } from '@mooring/runtime';
import type { DeviceEnd, Watch, Watcher } from '../domain/session.js';

/** A camera that this person may watch. */
export interface Camera {
  readonly deviceId: string;
  readonly organizationId: string;
  readonly deviceNumber: bigint;
  /** Undefined while it is offline. */
  readonly end: DeviceEnd | undefined;
}

export interface Cameras {
  /** `name` is its own identifier or its public id. Faults `not_found`, `forbidden`, and those of a call. */
  find(watcher: Watcher, name: string, timeoutMs: number): Promise<Camera>;
  /** Where it is now; undefined while it is offline. Faults of a call. */
  locate(deviceId: string, timeoutMs: number): Promise<DeviceEnd | undefined>;
  /** Those of at most 500 that must end: their people may not watch, or their camera is another's. Faults of a call. */
  withdrawn(watches: readonly Watch[], timeoutMs: number): Promise<readonly Watch[]>;
}

type Registry = Pick<GrpcClient<registry.RegistryClient>, 'findCamera' | 'locate' | 'checkWatching'>;

export function camerasOf(client: Registry): Cameras {
  return {
    async find(watcher, name, timeoutMs) {
      const request = { ...whoIs(watcher), name };
      const { deviceId, organizationId, place } = await client.findCamera(request, { timeoutMs });
      return { deviceId, organizationId, deviceNumber: place?.deviceNumber ?? 0n, end: endAt(place) };
    },
    locate: async (deviceId, timeoutMs) => endAt(await client.locate({ deviceId }, { timeoutMs })),
    async withdrawn(watches, timeoutMs) {
      const watching = watches.map(({ watcher, organizationId, deviceId }) => {
        return { ...whoIs(watcher), organizationId, deviceId };
      });
      const { withdrawn } = await client.checkWatching({ watching }, { timeoutMs });
      return withdrawn.flatMap((place) => watches[place] ?? []);
    },
  };
}

function whoIs({ userId, apiKey }: Watcher) {
  return apiKey ? { userId: '', apiKeyId: userId } : { userId, apiKeyId: '' };
}

/** Whether it can come back is known only when it has been told of a session. */
function endAt(place: registry.LocateResponse | undefined): DeviceEnd | undefined {
  if (place === undefined || !place.online) return undefined;
  const { node, connectionId, epoch } = place;
  return { node, connectionId, epoch, resumes: false };
}
