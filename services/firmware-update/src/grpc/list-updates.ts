// ListUpdates: the updates of one device, newest first, a page at a time.
import type { firmware } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import type { DeviceUpdate } from '../domain/update.js';
import type { Pool } from '../store/client.js';
import { listUpdates as listStored } from '../store/updates.js';
import { idsOf, paged, pageOf } from './request.js';

/** The handler. Fault `invalid` for a device id, limit or cursor that cannot be. */
export function listUpdates(pool: Pool): firmware.FirmwareUpdateServer['listUpdates'] {
  return unary(async (request) => {
    const [deviceId] = idsOf([request.deviceId]);
    if (deviceId === undefined) throw new Fault('invalid', 'device_id is not a UUID');
    const { items, nextCursor } = await paged(pageOf(request), (page) => listStored(pool, deviceId, page));
    return { items: items.map(updateMessage), nextCursor };
  });
}

function updateMessage(update: DeviceUpdate): firmware.Update {
  const { id, deviceId, status, progress, reason, startedAtMs, updatedAtMs, endedAtMs } = update;
  const { firmwareUuid, place, order } = update;
  return {
    ...{ id, deviceId, status, progress, reason, startedAtMs, updatedAtMs, endedAtMs, firmwareUuid },
    deploymentGroupId: place?.groupId,
    actor: order?.actor,
  };
}
