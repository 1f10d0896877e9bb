// Reads the updates of a device, and forgets those of devices that are no more.
import { postgresFault } from '@mooring/runtime';
import type { DeviceUpdate } from '../domain/update.js';
import type { Database } from './client.js';
import { fromRow } from './row.js';

/** Where a page ends: the last step of its oldest update. */
export interface Position {
  readonly epoch: bigint;
  readonly sequence: bigint;
}

/** At most `limit` updates of a device that are older than `before`, newest first. */
export async function listUpdates(
  database: Database,
  deviceId: string,
  limit: number,
  before: Position | undefined,
): Promise<DeviceUpdate[]> {
  const older = before && {
    OR: [{ epoch: { lt: before.epoch } }, { epoch: before.epoch, sequence: { lt: before.sequence } }],
  };
  try {
    const rows = await database.deviceUpdate.findMany({
      where: { deviceId, ...older },
      orderBy: [{ epoch: 'desc' }, { sequence: 'desc' }],
      take: limit,
    });
    return rows.map(fromRow);
  } catch (error) {
    throw postgresFault(error);
  }
}

/** Drops every update of the devices; how many there were. */
export async function forgetDevices(database: Database, deviceIds: readonly string[]): Promise<number> {
  try {
    const { count } = await database.deviceUpdate.deleteMany({ where: { deviceId: { in: [...deviceIds] } } });
    return count;
  } catch (error) {
    throw postgresFault(error);
  }
}
