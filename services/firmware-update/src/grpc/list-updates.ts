// ListUpdates: the updates of one device, newest first, a page at a time.
import type { firmware } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { DeviceUpdate } from '../domain/update.js';
import type { Position } from '../store/updates.js';
import { fromCursor, toCursor } from './cursor.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a page; see `listUpdates` of the store. */
export type ReadUpdates = (
  deviceId: string,
  limit: number,
  before: Position | undefined,
) => Promise<DeviceUpdate[]>;

/** The handler. Fault `invalid` for a device id, limit or cursor that cannot be. */
export function listUpdates(read: ReadUpdates) {
  return async (request: firmware.ListUpdatesRequest): Promise<firmware.ListUpdatesResponse> => {
    const limit = request.limit === 0 ? DEFAULT_LIMIT : request.limit;
    if (!UUID.test(request.deviceId)) throw new Fault('invalid', 'device_id is not a UUID');
    if (limit > MAX_LIMIT) throw new Fault('invalid', `limit is at most ${MAX_LIMIT}`);
    const updates = await read(request.deviceId, limit + 1, fromCursor(request.cursor));
    const items = updates.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(toMessage),
      nextCursor: updates.length > limit && last !== undefined ? toCursor(last) : '',
    };
  };
}

function toMessage(update: DeviceUpdate): firmware.Update {
  const { id, deviceId, status, progress, reason, startedAtMs, updatedAtMs, endedAtMs } = update;
  return { id, deviceId, status, progress, reason, startedAtMs, updatedAtMs, endedAtMs };
}
