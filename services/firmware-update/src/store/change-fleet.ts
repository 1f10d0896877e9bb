// Changes devices and their updates: whoever holds the row of a device decides alone, over all replicas.
import { transaction, uuidv7 } from '@mooring/runtime';
import type { FleetDevice } from '../domain/fleet.js';
import type { DeploymentGroup } from '../domain/group.js';
import type { Decision, Held, Surroundings } from '../domain/held.js';
import { auditOfGroup, type Note } from '../domain/note.js';
import { withFailures } from '../domain/rollout.js';
import type { DeviceUpdate } from '../domain/update.js';
import type { Client, Pool } from './client.js';
import { deviceOf, deviceRecord, FLEET_COLUMNS, type FleetRow, SAVE_DEVICES } from './fleet-row.js';
import { jsonText, keepingNotes, keepNotes, outboxRows } from './outbox.js';
import { readGroups, saveProgress } from './read-groups.js';
import {
  INSERT_UPDATES,
  savingUpdates,
  UPDATE_COLUMNS,
  type UpdateRow,
  updateOf,
  updateRecord,
} from './row.js';

/** What was stored, and what follows from it. */
export interface FleetChange {
  /** Every state that updates went through, in order. */
  readonly steps: readonly DeviceUpdate[];
  /** Each in its last one. */
  readonly written: readonly DeviceUpdate[];
  readonly notes: readonly Note[];
}

/** Which devices; with `skipLocked` those are passed over that somebody else is changing. */
export interface FleetSelection {
  readonly deviceIds: readonly string[];
  readonly skipLocked?: boolean;
  /** That no group is asked for, which saves reading them. */
  readonly withoutGroups?: boolean;
}

/**
 * Applies `decide` to the devices that there are, in one transaction. It is told all of them at once, and answers what
 * became of each. Throws faults only, and what `decide` throws; then nothing has changed.
 */
export function changeFleet(
  pool: Pool,
  nowMs: number,
  selection: FleetSelection,
  decide: (held: ReadonlyMap<string, Held>, around: Surroundings) => readonly Decision[],
): Promise<FleetChange> {
  return transaction(pool, async (client) => {
    const held = await hold(client, selection);
    const groups = selection.withoutGroups ? new Map() : await groupsAround(client, [...held.values()]);
    const decisions = decide(held, { nowMs, groups, newId: uuidv7 });
    const known = new Set(
      [...held.values()].flatMap(({ latest }) => (latest === undefined ? [] : [latest.id])),
    );
    const steps = decisions.flatMap((decision) => decision.written);
    const written = lastOf(steps);
    const devices = decisions
      .map(({ held: { device } }) => device)
      .filter((device) => device !== held.get(device.deviceId)?.device);
    const notes = decisions.flatMap((decision) => decision.notes);
    await save(client, devices, written, known, notes);
    const counted = await countFailures(client, notes, nowMs);
    await keepNotes(client, counted);
    return { steps, written, notes: [...notes, ...counted] };
  });
}

/** Devices before groups, each kind by id: so nobody waits for one another in a circle. */
async function hold(client: Client, { deviceIds, skipLocked }: FleetSelection): Promise<Map<string, Held>> {
  const { rows: devices } = await client.query<FleetRow>(
    `SELECT ${FLEET_COLUMNS} FROM fleet_device f WHERE f.device_id = ANY ($1::uuid[])
     ORDER BY f.device_id FOR NO KEY UPDATE${skipLocked ? ' SKIP LOCKED' : ''}`,
    [deviceIds],
  );
  const { rows: updates } = await client.query<UpdateRow>(
    `SELECT ${UPDATE_COLUMNS} FROM unnest($1::uuid[]) AS d (id) CROSS JOIN LATERAL (
       SELECT * FROM device_update WHERE device_id = d.id ORDER BY (ended_at IS NULL) DESC, id DESC LIMIT 1) AS u`,
    [devices.map(({ deviceId }) => deviceId)],
  );
  const latest = new Map(updates.map((row) => [row.deviceId, updateOf(row)]));
  return new Map(
    devices.map((row) => [row.deviceId, { device: deviceOf(row), latest: latest.get(row.deviceId) }]),
  );
}

async function groupsAround(
  client: Client,
  held: readonly Held[],
): Promise<ReadonlyMap<string, DeploymentGroup>> {
  const ids = held.flatMap(({ device, latest }) => [device.groupId, latest?.place?.groupId]);
  const organizations = new Set(held.map(({ device }) => device.organizationId));
  const where = `g.id = ANY ($1::uuid[])
    OR (g.organization_id = ANY ($2::uuid[]) AND g.is_active AND NOT g.lock_device_membership)`;
  const values = [ids.filter((id) => id !== undefined), [...organizations]];
  const groups = await readGroups(client, where, values);
  return new Map(groups.map((group) => [group.id, group]));
}

// One statement for what most records change: devices, updates that were there before, and what is told of them.
const SAVE = `WITH devices AS (${SAVE_DEVICES}), told AS (${keepingNotes('$2')}) ${savingUpdates('$3')}`;

async function save(
  client: Client,
  devices: readonly FleetDevice[],
  written: readonly DeviceUpdate[],
  known: ReadonlySet<string>,
  notes: readonly Note[],
): Promise<void> {
  // An update that ends comes before the one that takes its place as the open one.
  const there = written.filter(({ id }) => known.has(id)).map(updateRecord);
  const told = outboxRows(notes);
  if (devices.length + there.length + told.length > 0) {
    await client.query(SAVE, [jsonText(devices.map(deviceRecord)), jsonText(told), jsonText(there)]);
  }
  const begun = written.filter(({ id }) => !known.has(id));
  const ended = begun.filter(({ endedAtMs }) => endedAtMs !== undefined);
  const open = begun.filter(({ endedAtMs }) => endedAtMs === undefined);
  for (const some of [ended, open]) {
    if (some.length > 0) await client.query(INSERT_UPDATES, [jsonText(some.map(updateRecord))]);
  }
}

/** Counts what failed against the groups, each locked; answers what is told of those that paused. */
async function countFailures(client: Client, notes: readonly Note[], nowMs: number): Promise<Note[]> {
  const failures = notes.flatMap((note) =>
    note.note === 'failure' || note.note === 'unhealthy' ? [note] : [],
  );
  if (failures.length === 0) return [];
  const ids = [...new Set(failures.map(({ groupId }) => groupId))];
  const groups = await readGroups(client, 'g.id = ANY ($1::uuid[])', [ids], true);
  const told: Note[] = [];
  for (const group of groups) {
    // What fails of an earlier release says nothing of this one.
    const mine = failures.filter(({ groupId, release }) => groupId === group.id && release === group.release);
    const failed = mine.filter(({ note }) => note === 'failure').length;
    const after = withFailures(group, { failed, unhealthy: mine.length - failed });
    await saveProgress(client, after);
    if (after.state === group.state) continue;
    const { reason, failures: count, release } = after;
    told.push(auditOfGroup(group, 'deployment_group.paused', { reason, failures: count, release }, nowMs));
  }
  return told;
}

function lastOf(updates: readonly DeviceUpdate[]): DeviceUpdate[] {
  return [...new Map(updates.map((update) => [update.id, update])).values()];
}
