// Translates between rows and updates.
import type { DeviceUpdate, UpdateStatus } from '../domain/update.js';
import type { DeviceUpdate as Row } from './generated/client.js';

/** The update that a row holds. */
export function fromRow(row: Row): DeviceUpdate {
  return {
    id: row.id,
    deviceId: row.deviceId,
    organizationId: row.organizationId,
    // Only this service writes the column, from the same type.
    status: row.status as UpdateStatus,
    ...(row.progress === null ? {} : { progress: row.progress }),
    reason: row.reason,
    startedAtMs: row.startedAt.getTime(),
    updatedAtMs: row.updatedAt.getTime(),
    ...(row.endedAt === null ? {} : { endedAtMs: row.endedAt.getTime() }),
    epoch: row.epoch,
    sequence: row.sequence,
  };
}

/** The row of an update, as JSON that Postgres reads with jsonb_to_recordset; NUL, which it cannot hold, is left out. */
export function toRecord(update: DeviceUpdate): Record<string, string | number | null> {
  return {
    id: update.id,
    device_id: update.deviceId,
    organization_id: update.organizationId,
    status: update.status,
    progress: update.progress ?? null,
    reason: update.reason.replaceAll('\0', ''),
    started_at: new Date(update.startedAtMs).toISOString(),
    updated_at: new Date(update.updatedAtMs).toISOString(),
    ended_at: update.endedAtMs === undefined ? null : new Date(update.endedAtMs).toISOString(),
    epoch: update.epoch.toString(),
    sequence: update.sequence.toString(),
  };
}
