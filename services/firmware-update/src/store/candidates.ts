// Finds the devices of a group that may be offered its release (nerveshub.md 5.3), in the order in which they are served.
import type { FleetDevice } from '../domain/fleet.js';
import type { DeploymentGroup } from '../domain/group.js';
import type { Client } from './client.js';
import { deviceOf, FLEET_COLUMNS, type FleetRow } from './fleet-row.js';

/** Which candidates. */
export interface Choice {
  readonly group: DeploymentGroup;
  readonly nowMs: number;
  /** Those only that were offered this release before. */
  readonly onlyTaken: boolean;
  /** That one only. */
  readonly deviceId: string | undefined;
  /** Those only that run one of these. */
  readonly versions: readonly string[] | undefined;
  readonly limit: number;
}

/** Of `f`: what the group brings is not on it, and it may have it. $1 is the firmware's uuid, $2 the release's tags. */
export const LACKING = `f.updates_enabled AND f.firmware_uuid <> '' AND f.firmware_uuid <> $1 AND f.tags @> $2::text[]`;

/** Of `f`: what isReachable says of a device. */
export const REACHABLE = `f.joined_epoch > 0 AND f.joined_epoch = f.epoch
  AND (f.presence_epoch < f.joined_epoch OR (f.presence_epoch = f.joined_epoch AND f.presence_online))`;

/** Of `f`: it can be told now. $3 is the time, $4 the network interfaces, none for any. */
export const READY = `${REACHABLE} AND f.validation <> 'not_validated'
  AND (f.blocked_until IS NULL OR f.blocked_until <= $3)
  AND (cardinality($4::text[]) = 0 OR f.network = ANY ($4::text[]))
  AND NOT EXISTS (SELECT FROM device_update u WHERE u.device_id = f.device_id AND u.ended_at IS NULL)`;

/** $1 to $4 of both. */
export function readiness(group: DeploymentGroup, nowMs: number): unknown[] {
  return [group.firmwareUuid, group.releaseTags, new Date(nowMs), group.releaseNetworkInterfaces];
}

const CANDIDATE = `f.group_id = $5 AND ${LACKING} AND ${READY}
  AND (NOT $6::boolean OR f.taken_release = $7) AND ($8::uuid IS NULL OR f.device_id = $8)`;

function valuesOf({ group, nowMs, onlyTaken, deviceId }: Choice): unknown[] {
  return [...readiness(group, nowMs), group.id, onlyTaken, group.release, deviceId ?? null];
}

/** Locked, so that nothing of them changes before the transaction ends; those that are locked already are passed over. */
export async function candidates(client: Client, choice: Choice): Promise<FleetDevice[]> {
  // Oldest connection first, or the one that was heard of last.
  const order = choice.group.queueManagement === 'fifo' ? 'f.connected_at' : 'f.first_seen_at DESC';
  const { rows } = await client.query<FleetRow>(
    `SELECT ${FLEET_COLUMNS} FROM fleet_device f
     WHERE ${CANDIDATE} AND ($9::text[] IS NULL OR f.version = ANY ($9::text[]))
     ORDER BY ${order}, f.device_id LIMIT $10 FOR NO KEY UPDATE OF f SKIP LOCKED`,
    [...valuesOf(choice), choice.versions ?? null, choice.limit],
  );
  return rows.map(deviceOf);
}

/** What the candidates run, each version once. */
export async function candidateVersions(client: Client, choice: Choice): Promise<string[]> {
  const { rows } = await client.query<{ version: string }>(
    `SELECT DISTINCT f.version FROM fleet_device f WHERE ${CANDIDATE}`,
    valuesOf(choice),
  );
  return rows.map(({ version }) => version);
}
