// Translates between rows and devices of the fleet.
import type { FleetDevice, Validation } from '../domain/fleet.js';

/** The columns of `f`, under the names that devices have. */
export const FLEET_COLUMNS = `
f.device_id AS "deviceId", f.number, f.organization_id AS "organizationId", f.epoch, f.sequence,
f.joined_epoch AS "joinedEpoch", f.joined_sequence AS "joinedSequence", f.presence_epoch AS "presenceEpoch",
f.presence_online AS "presenceOnline", (extract(epoch FROM f.presence_at) * 1000)::float8 AS "presenceAtMs",
(extract(epoch FROM f.first_seen_at) * 1000)::float8 AS "firstSeenAtMs",
(extract(epoch FROM f.connected_at) * 1000)::float8 AS "connectedAtMs",
f.firmware_uuid AS "firmwareUuid", f.product, f.platform, f.architecture, f.version, f.api_version AS "apiVersion",
f.validation, f.network, f.tags, f.described, f.updates_enabled AS "updatesEnabled",
(extract(epoch FROM f.blocked_until) * 1000)::float8 AS "blockedUntilMs", f.attempts_ms AS "attemptsMs",
f.group_id AS "groupId", f.taken_release AS "takenRelease"`;

type Large = 'number' | 'epoch' | 'sequence' | 'joinedEpoch' | 'joinedSequence' | 'presenceEpoch';

/** A row as the pool reads it: 64-bit numbers are text. */
export type FleetRow = Omit<FleetDevice, Large | 'blockedUntilMs' | 'groupId' | 'takenRelease'> & {
  readonly [K in Large]: string;
} & {
  readonly validation: Validation;
  readonly blockedUntilMs: number | null;
  readonly groupId: string | null;
  readonly takenRelease: number | null;
};

/** The device that a row holds. */
export function deviceOf(row: FleetRow): FleetDevice {
  return {
    ...row,
    number: BigInt(row.number),
    epoch: BigInt(row.epoch),
    sequence: BigInt(row.sequence),
    joinedEpoch: BigInt(row.joinedEpoch),
    joinedSequence: BigInt(row.joinedSequence),
    presenceEpoch: BigInt(row.presenceEpoch),
    blockedUntilMs: row.blockedUntilMs ?? undefined,
    groupId: row.groupId ?? undefined,
    takenRelease: row.takenRelease ?? undefined,
  };
}

/** The columns of a device that change, as JSON that Postgres reads with jsonb_to_recordset. */
export function deviceRecord(device: FleetDevice): Readonly<Record<string, unknown>> {
  return {
    device_id: device.deviceId,
    number: device.number.toString(),
    epoch: device.epoch.toString(),
    sequence: device.sequence.toString(),
    joined_epoch: device.joinedEpoch.toString(),
    joined_sequence: device.joinedSequence.toString(),
    presence_epoch: device.presenceEpoch.toString(),
    presence_online: device.presenceOnline,
    presence_at: timestamp(device.presenceAtMs),
    connected_at: timestamp(device.connectedAtMs),
    firmware_uuid: device.firmwareUuid,
    product: device.product,
    platform: device.platform,
    architecture: device.architecture,
    version: device.version,
    api_version: device.apiVersion,
    validation: device.validation,
    network: device.network,
    tags: device.tags,
    described: device.described,
    updates_enabled: device.updatesEnabled,
    blocked_until: device.blockedUntilMs === undefined ? null : timestamp(device.blockedUntilMs),
    attempts_ms: device.attemptsMs,
    group_id: device.groupId ?? null,
    taken_release: device.takenRelease ?? null,
  };
}

export const SAVE_DEVICES = `
UPDATE fleet_device AS f SET
  number = r.number, epoch = r.epoch, sequence = r.sequence, joined_epoch = r.joined_epoch,
  joined_sequence = r.joined_sequence, presence_epoch = r.presence_epoch,
  presence_online = r.presence_online, presence_at = r.presence_at, connected_at = r.connected_at,
  firmware_uuid = r.firmware_uuid, product = r.product, platform = r.platform, architecture = r.architecture,
  version = r.version, api_version = r.api_version, validation = r.validation, network = r.network, tags = r.tags,
  described = r.described, updates_enabled = r.updates_enabled, blocked_until = r.blocked_until,
  attempts_ms = r.attempts_ms, group_id = r.group_id, taken_release = r.taken_release
FROM jsonb_populate_recordset(NULL::fleet_device, $1::jsonb) AS r WHERE f.device_id = r.device_id`;

/** As Postgres reads it. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
