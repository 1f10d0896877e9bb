// Translates between rows and updates.
import type { DeviceUpdate, Queue, UpdateStatus } from '../domain/update.js';
import { timestamp } from './fleet-row.js';

/** The columns of `u`, under names of our own. */
export const UPDATE_COLUMNS = `
u.id, u.device_id AS "deviceId", u.organization_id AS "organizationId", u.status, u.progress, u.reason,
(extract(epoch FROM u.started_at) * 1000)::float8 AS "startedAtMs",
(extract(epoch FROM u.updated_at) * 1000)::float8 AS "updatedAtMs",
(extract(epoch FROM u.ended_at) * 1000)::float8 AS "endedAtMs",
u.firmware_uuid AS "firmwareUuid", u.firmware_version AS "firmwareVersion", u.from_uuid AS "fromUuid",
u.artifact_id AS "artifactId", u.group_id AS "groupId", u.group_number AS "groupNumber", u.release, u.queue, u.slot,
u.actor, u.command_number AS "commandNumber", u.timeout_minutes AS "timeoutMinutes",
(extract(epoch FROM u.deadline_at) * 1000)::float8 AS "deadlineAtMs", u.epoch,
(extract(epoch FROM u.offer_until) * 1000)::float8 AS "offerUntilMs", u.offers`;

/** A row as the pool reads it: 64-bit numbers are text. */
export interface UpdateRow {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly status: string;
  readonly progress: number | null;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs: number | null;
  readonly firmwareUuid: string | null;
  readonly firmwareVersion: string | null;
  readonly fromUuid: string | null;
  readonly artifactId: string | null;
  readonly groupId: string | null;
  readonly groupNumber: number | null;
  readonly release: number | null;
  readonly queue: string | null;
  readonly slot: number | null;
  readonly actor: string | null;
  readonly commandNumber: string | null;
  readonly timeoutMinutes: number;
  readonly deadlineAtMs: number | null;
  readonly epoch: string | null;
  readonly offerUntilMs: number | null;
  readonly offers: number;
}

/** The update that a row holds. */
export function updateOf(row: UpdateRow): DeviceUpdate {
  const { groupId, groupNumber, release, queue, slot, actor, commandNumber, ...rest } = row;
  const order =
    actor === null || commandNumber === null ? undefined : { actor, commandNumber: Number(commandNumber) };
  const place =
    groupId === null || groupNumber === null || release === null || slot === null
      ? undefined
      : { groupId, groupNumber, release, queue: queue as Queue, slot };
  return {
    ...rest,
    // Only this service writes the column, from the same type.
    status: row.status as UpdateStatus,
    progress: row.progress ?? undefined,
    endedAtMs: row.endedAtMs ?? undefined,
    firmwareUuid: row.firmwareUuid ?? undefined,
    firmwareVersion: row.firmwareVersion ?? undefined,
    fromUuid: row.fromUuid ?? undefined,
    artifactId: row.artifactId ?? undefined,
    place,
    order,
    deadlineAtMs: row.deadlineAtMs ?? undefined,
    epoch: row.epoch === null ? undefined : BigInt(row.epoch),
    offerUntilMs: row.offerUntilMs ?? undefined,
  };
}

/** The row of an update, as JSON that Postgres reads with jsonb_populate_recordset. */
export function updateRecord(update: DeviceUpdate): Readonly<Record<string, unknown>> {
  const { place, order } = update;
  const at = (ms: number | undefined): string | null => (ms === undefined ? null : timestamp(ms));
  return {
    id: update.id,
    device_id: update.deviceId,
    organization_id: update.organizationId,
    status: update.status,
    progress: update.progress ?? null,
    reason: update.reason,
    started_at: at(update.startedAtMs),
    updated_at: at(update.updatedAtMs),
    ended_at: at(update.endedAtMs),
    firmware_uuid: update.firmwareUuid ?? null,
    firmware_version: update.firmwareVersion ?? null,
    from_uuid: update.fromUuid ?? null,
    artifact_id: update.artifactId ?? null,
    group_id: place?.groupId ?? null,
    group_number: place?.groupNumber ?? null,
    release: place?.release ?? null,
    queue: place?.queue ?? null,
    slot: place?.slot ?? null,
    actor: order?.actor ?? null,
    command_number: order?.commandNumber ?? null,
    timeout_minutes: update.timeoutMinutes,
    deadline_at: at(update.deadlineAtMs),
    epoch: update.epoch?.toString() ?? null,
    offer_until: at(update.offerUntilMs),
    offers: update.offers,
  };
}

const COLUMNS = `id, device_id, organization_id, status, progress, reason, started_at, updated_at, ended_at,
  firmware_uuid, firmware_version, from_uuid, artifact_id, group_id, group_number, release, queue, slot, actor,
  command_number, timeout_minutes, deadline_at, epoch, offer_until, offers`;

export const INSERT_UPDATES = `
INSERT INTO device_update (${COLUMNS})
SELECT ${COLUMNS} FROM jsonb_populate_recordset(NULL::device_update, $1::jsonb)`;

/** The statement that keeps what changes while updates are in flight, and at their end; `json` is its parameter. */
export function savingUpdates(json: string): string {
  return `
UPDATE device_update AS u SET
  status = r.status, progress = r.progress, reason = r.reason, updated_at = r.updated_at, ended_at = r.ended_at,
  artifact_id = r.artifact_id, deadline_at = r.deadline_at, epoch = r.epoch, offer_until = r.offer_until,
  offers = r.offers
FROM jsonb_populate_recordset(NULL::device_update, ${json}::jsonb) AS r WHERE u.id = r.id`;
}
