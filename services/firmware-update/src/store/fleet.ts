// Reads and notes single facts of devices that need no decision.
import { postgresFault } from '@mooring/runtime';
import type { FleetDevice } from '../domain/fleet.js';
import type { DeviceUpdate } from '../domain/update.js';
import type { Pool } from './client.js';
import { deviceOf, FLEET_COLUMNS, type FleetRow } from './fleet-row.js';
import { UPDATE_COLUMNS, type UpdateRow, updateOf } from './row.js';

/** A device as it is first heard of. */
export interface Heard {
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  readonly timeMs: number;
}

/** Makes rows for those that have none; answers those whose tags are not known yet. */
export async function hear(pool: Pool, heard: readonly Heard[]): Promise<string[]> {
  const first = [...new Map(heard.map((each) => [each.deviceId, each])).values()];
  const rows = first.map(({ deviceId, deviceNumber, organizationId, timeMs }) => {
    const at = new Date(timeMs).toISOString();
    return { device_id: deviceId, number: deviceNumber.toString(), organization_id: organizationId, at };
  });
  await query(
    pool,
    `INSERT INTO fleet_device (device_id, number, organization_id, epoch, sequence, joined_epoch, joined_sequence,
       presence_epoch, presence_online, presence_at, first_seen_at, connected_at, firmware_uuid, product, platform, architecture, version, api_version,
       validation, network, tags, described, updates_enabled, attempts_ms)
     SELECT r.device_id, r.number, r.organization_id, 0, 0, 0, 0, 0, false, r.at, r.at, r.at, '', '', '', '', '', '', 'unknown',
       'unknown', '{}', false, true, '{}'
     FROM jsonb_to_recordset($1::jsonb) AS r (device_id uuid, number bigint, organization_id uuid, at timestamptz)
     ON CONFLICT (device_id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
  const found = await query<{ id: string }>(
    pool,
    'SELECT device_id AS id FROM fleet_device WHERE device_id = ANY ($1::uuid[]) AND NOT described',
    [first.map(({ deviceId }) => deviceId)],
  );
  return found.map(({ id }) => id);
}

/** Keeps the tags of devices that nobody has told them of since. */
export async function describe(pool: Pool, tags: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const rows = [...tags].map(([device_id, given]) => ({ device_id, tags: given }));
  await query(
    pool,
    `UPDATE fleet_device AS f SET tags = r.tags, described = true
     FROM jsonb_to_recordset($1::jsonb) AS r (device_id uuid, tags text[])
     WHERE f.device_id = r.device_id AND NOT f.described`,
    [JSON.stringify(rows)],
  );
}

/** What the registry says of one session of a device. */
export interface PresenceFact {
  readonly deviceId: string;
  readonly epoch: bigint;
  readonly online: boolean;
  readonly atMs: number;
}

/** Keeps the newest word about each device, as `present` decides; answers the groups of those that it was news of. */
export async function notePresence(pool: Pool, facts: readonly PresenceFact[]): Promise<string[]> {
  const rows = facts.map(({ deviceId, epoch, online, atMs }) => {
    return { device_id: deviceId, epoch: epoch.toString(), online, at: new Date(atMs).toISOString() };
  });
  const found = await query<{ group_id: string | null }>(
    pool,
    `UPDATE fleet_device AS f SET presence_epoch = r.epoch, presence_online = r.online, presence_at = r.at
     FROM (SELECT DISTINCT ON (device_id) *
       FROM jsonb_to_recordset($1::jsonb) AS e (device_id uuid, epoch bigint, online boolean, at timestamptz)
       ORDER BY device_id, epoch DESC, at DESC) AS r
     WHERE f.device_id = r.device_id AND (f.presence_epoch < r.epoch
       OR (f.presence_epoch = r.epoch AND f.presence_at < r.at))
     RETURNING f.group_id`,
    [JSON.stringify(rows)],
  );
  return [...new Set(found.flatMap(({ group_id }) => (group_id === null ? [] : [group_id])))];
}

/** Drops the devices and every update of them; how many updates there were, and the groups that they were of. */
export async function forgetDevices(
  pool: Pool,
  deviceIds: readonly string[],
): Promise<{ readonly updates: number; readonly groups: readonly string[] }> {
  const [counted] = await query<{ updates: number }>(
    pool,
    'SELECT count(*)::int AS updates FROM device_update WHERE device_id = ANY ($1::uuid[])',
    [deviceIds],
  );
  const gone = await query<{ group_id: string | null }>(
    pool,
    'DELETE FROM fleet_device WHERE device_id = ANY ($1::uuid[]) RETURNING group_id',
    [deviceIds],
  );
  const groups = new Set(gone.flatMap(({ group_id }) => (group_id === null ? [] : [group_id])));
  return { updates: counted?.updates ?? 0, groups: [...groups] };
}

/** The device and its update in flight, as they are. */
export async function readDevice(
  pool: Pool,
  deviceId: string,
): Promise<{ readonly device: FleetDevice; readonly flying: DeviceUpdate | undefined } | undefined> {
  const sql = `SELECT ${FLEET_COLUMNS} FROM fleet_device f WHERE f.device_id = $1`;
  const [row] = await query<FleetRow>(pool, sql, [deviceId]);
  if (row === undefined) return undefined;
  const open = `SELECT ${UPDATE_COLUMNS} FROM device_update u WHERE u.device_id = $1 AND u.ended_at IS NULL`;
  const [flying] = await query<UpdateRow>(pool, open, [deviceId]);
  return { device: deviceOf(row), flying: flying === undefined ? undefined : updateOf(flying) };
}

/** The rows of one statement. Throws faults only. */
export async function query<R extends object>(
  pool: Pick<Pool, 'query'>,
  text: string,
  values: readonly unknown[],
): Promise<R[]> {
  try {
    const { rows } = await pool.query<R>(text, [...values]);
    return rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
