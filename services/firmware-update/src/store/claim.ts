// Claims devices and slots of one group in one transaction, and moves its rollout on.
import { transaction, uuidv7 } from '@mooring/runtime';
import { type Claim, claim, freeSlots, priorityVersions, type Supply } from '../domain/claim.js';
import type { DeploymentGroup } from '../domain/group.js';
import { auditOfGroup, type Note } from '../domain/note.js';
import { advanced, type Counts, room } from '../domain/rollout.js';
import type { DeviceUpdate, Queue } from '../domain/update.js';
import { type Choice, candidates, candidateVersions } from './candidates.js';
import type { Client, Pool } from './client.js';
import { countDevices } from './count-devices.js';
import { deviceRecord, SAVE_DEVICES } from './fleet-row.js';
import { jsonText, keepNotes } from './outbox.js';
import { readGroups, saveProgress } from './read-groups.js';
import { INSERT_UPDATES, updateRecord } from './row.js';

/** An update that is to be offered, and the number of its device's join. */
export interface ClaimedOffer {
  readonly update: DeviceUpdate;
  readonly joinedSequence: bigint;
}

/** What was claimed of a group; `again`: there may be more at once. */
export interface Claimed {
  readonly offers: readonly ClaimedOffer[];
  readonly penalized: number;
  readonly again: boolean;
  /** The state that the group has come to; undefined when it stayed. */
  readonly state: DeploymentGroup['state'] | undefined;
}

type TakenSlots = Readonly<Record<Queue, readonly number[]>>;

/** What a claim stands on. */
interface Basis {
  readonly counts: Counts;
  readonly taken: TakenSlots;
  readonly nowMs: number;
  readonly deviceId: string | undefined;
}

/** Claimed together at most: a transaction that holds the group's row should be over soon. */
const AT_ONCE = 200;
const nothing: Claimed = { offers: [], penalized: 0, again: false, state: undefined };

/**
 * Moves the group on and claims what it may; of one device alone when `deviceId` is given. Devices that somebody else is
 * changing are passed over. Throws faults only, and then nothing has changed.
 */
export function claimSome(pool: Pool, groupId: string, nowMs: number, deviceId?: string): Promise<Claimed> {
  return transaction(pool, async (client) => {
    const [group] = await readGroups(client, 'g.id = $1', [groupId], true);
    if (group === undefined || !group.isActive || group.state === 'paused') return nothing;
    const taken = await takenSlots(client, group.id);
    if (isFull(group, taken)) return nothing;
    const counts = await countDevices(client, group, nowMs);
    const now = advanced(group, counts, nowMs);
    const notes: Note[] = [];
    if (now.state === 'paused' || (now.state === 'complete' && group.state !== 'complete')) {
      const { reason, release } = now;
      notes.push(auditOfGroup(group, `deployment_group.${wordOf(now)}`, { reason, release }, nowMs));
    }
    if (!isSame(now, group)) await saveProgress(client, now);
    const open = now.state === 'running' || now.state === 'soaking';
    const claims = open ? await claimQueues(client, now, { counts, taken, nowMs, deviceId }) : [];
    for (const each of claims) notes.push(...each.notes);
    await keepNotes(client, notes);
    const offers = claims.flatMap(offersOf);
    const penalized = claims.reduce((sum, each) => sum + each.penalized, 0);
    const state = now.state === group.state ? undefined : now.state;
    return { offers, penalized, again: offers.length + penalized > 0, state };
  });
}

function offersOf({ claimed, devices }: Claim): ClaimedOffer[] {
  const joins = new Map(devices.map(({ deviceId, joinedSequence }) => [deviceId, joinedSequence]));
  return claimed.map((update) => ({ update, joinedSequence: joins.get(update.deviceId) ?? 0n }));
}

function wordOf({ state }: DeploymentGroup): string {
  return state === 'paused' ? 'paused' : 'completed';
}

async function claimQueues(
  client: Client,
  group: DeploymentGroup,
  { counts, taken, nowMs, deviceId }: Basis,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  let left = room(group, counts);
  const base: Choice = { group, nowMs, onlyTaken: left <= 0, deviceId, versions: undefined, limit: 0 };
  const serve = async (queue: Supply['queue'], allowed: number, versions: readonly string[] | undefined) => {
    const slots = freeSlots(allowed, taken[queue]).slice(0, AT_ONCE);
    if (slots.length === 0) return;
    const choice = { ...base, onlyTaken: left <= 0, versions, limit: slots.length };
    const devices = await candidates(client, choice);
    const made = claim(group, devices, { queue, slots, room: left }, nowMs, uuidv7);
    await client.query(SAVE_DEVICES, [jsonText(made.devices.map(deviceRecord))]);
    await client.query(INSERT_UPDATES, [jsonText(made.claimed.map(updateRecord))]);
    left = made.left;
    claims.push(made);
  };
  if (group.priorityQueueEnabled) {
    const versions = priorityVersions(group, await candidateVersions(client, base));
    if (versions.length > 0) await serve('priority', group.priorityQueueConcurrentUpdates, versions);
  }
  await serve('normal', group.concurrentUpdates, undefined);
  return claims;
}

async function takenSlots(client: Client, groupId: string): Promise<TakenSlots> {
  const { rows } = await client.query<{ queue: Queue; slot: number }>(
    'SELECT queue, slot FROM device_update WHERE group_id = $1 AND ended_at IS NULL',
    [groupId],
  );
  const of = (wanted: Queue): number[] =>
    rows.filter(({ queue }) => queue === wanted).map(({ slot }) => slot);
  return { normal: of('normal'), priority: of('priority') };
}

/** Nothing can be claimed, and with so much in flight nothing else moves on; so nothing has to be counted. */
function isFull(group: DeploymentGroup, { normal, priority }: TakenSlots): boolean {
  const { state, concurrentUpdates, priorityQueueEnabled, priorityQueueConcurrentUpdates } = group;
  if (state !== 'running' || normal.length < concurrentUpdates) return false;
  return !priorityQueueEnabled || priority.length >= priorityQueueConcurrentUpdates;
}

function isSame(one: DeploymentGroup, other: DeploymentGroup): boolean {
  const keys = ['state', 'reason', 'phase', 'phaseLimit', 'phaseFailures', 'soakUntilMs'] as const;
  return keys.every((key) => one[key] === other[key]);
}
