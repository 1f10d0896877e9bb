// Decides which of the devices that may be updated get a slot, and which have failed too often (nerveshub.md 5.3).
import { eligibility } from './eligibility.js';
import type { FleetDevice } from './fleet.js';
import { type DeploymentGroup, limitsOf } from './group.js';
import { type AuditNote, auditOfDevice } from './note.js';
import { type DeviceUpdate, prolonged, type Queue } from './update.js';
import { compareVersions, parseVersion } from './version.js';

const MINUTE_MS = 60_000;
/** An offer whose fate is unknown is made once more after so long. */
export const OFFER_MS = 15_000;

/** What a claim may use. */
export interface Supply {
  readonly queue: Queue;
  /** Free slots, lowest first. */
  readonly slots: readonly number[];
  /** Devices that may be taken in that were not before. */
  readonly room: number;
}

/** What came of it. `left` is the room that is left. */
export interface Claim {
  readonly claimed: readonly DeviceUpdate[];
  /** Those that are claimed or penalized, as they are now. */
  readonly devices: readonly FleetDevice[];
  readonly notes: readonly AuditNote[];
  readonly penalized: number;
  readonly left: number;
}

/** `candidates` come in the order in which they are served; all may be updated as far as their rows say. */
export function claim(
  group: DeploymentGroup,
  candidates: readonly FleetDevice[],
  supply: Supply,
  nowMs: number,
  newId: () => string,
): Claim {
  const free = [...supply.slots];
  let left = supply.room;
  const claimed: DeviceUpdate[] = [];
  const devices: FleetDevice[] = [];
  const notes: AuditNote[] = [];
  for (const device of candidates) {
    const isNew = device.takenRelease !== group.release;
    const [slot] = free;
    if (slot === undefined) break;
    if (isNew && left <= 0) continue;
    const verdict = eligibility(standing(device, group), limitsOf(group), nowMs);
    if (verdict === 'failure_rate' || verdict === 'failure_threshold') {
      const blockedUntilMs = nowMs + group.penaltyTimeoutMinutes * MINUTE_MS;
      devices.push({ ...device, blockedUntilMs, attemptsMs: [] });
      const until = new Date(blockedUntilMs).toISOString();
      const details = { deployment_group: group.id, why: verdict, attempts: device.attemptsMs.length, until };
      notes.push(auditOfDevice(device, 'device.penalized', details, nowMs, `deployment_group:${group.id}`));
      continue;
    }
    if (verdict !== 'ok') continue;
    free.shift();
    if (isNew) left -= 1;
    const update = offered(group, device, { queue: supply.queue, slot }, nowMs, newId());
    claimed.push(update);
    devices.push({ ...device, takenRelease: group.release });
    const details = {
      deployment_group: group.id,
      firmware: group.firmwareUuid,
      version: group.firmwareVersion,
    };
    notes.push(
      auditOfDevice(device, 'device.update_offered', details, nowMs, `deployment_group:${group.id}`),
    );
  }
  return { claimed, devices, notes, penalized: devices.length - claimed.length, left };
}

/** Those of the versions that go into the priority queue; one that cannot be read does not. */
export function priorityVersions(group: DeploymentGroup, versions: readonly string[]): string[] {
  const threshold = parseVersion(group.priorityQueueFirmwareVersionThreshold);
  if (!group.priorityQueueEnabled || threshold === undefined) return [];
  return versions.filter((version) => {
    const parsed = parseVersion(version);
    return parsed !== undefined && compareVersions(parsed, threshold) <= 0;
  });
}

/** The lowest `count` numbers below `limit` that are not taken; fewer, since what is in flight counts as it is. */
export function freeSlots(limit: number, taken: readonly number[]): number[] {
  const held = new Set(taken);
  const free: number[] = [];
  for (let slot = 0; slot < limit && free.length + held.size < limit; slot++) {
    if (!held.has(slot)) free.push(slot);
  }
  return free;
}

function standing(device: FleetDevice, group: DeploymentGroup) {
  const { updatesEnabled, firmwareUuid, attemptsMs, blockedUntilMs, validation } = device;
  const { isActive: groupActive, firmwareUuid: targetUuid } = group;
  return {
    ...{ groupActive, updatesEnabled, firmwareUuid, targetUuid, attemptsMs },
    ...(blockedUntilMs === undefined ? {} : { blockedUntilMs }),
    notValidated: validation === 'not_validated',
  };
}

function offered(
  group: DeploymentGroup,
  device: FleetDevice,
  slot: { readonly queue: Queue; readonly slot: number },
  nowMs: number,
  id: string,
): DeviceUpdate {
  const { id: groupId, number: groupNumber, release } = group;
  const what = {
    artifactId: group.artifactId,
    firmwareUuid: group.firmwareUuid,
    firmwareVersion: group.firmwareVersion,
  };
  const place = { groupId, groupNumber, release, ...slot };
  return requested(device, { ...what, place, order: undefined }, group.updateTimeoutMinutes, nowMs, id);
}

/** An update that is to be offered to a device on its present session. */
export function requested(
  device: FleetDevice,
  what: Pick<DeviceUpdate, 'artifactId' | 'firmwareUuid' | 'firmwareVersion' | 'place' | 'order'>,
  timeoutMinutes: number,
  nowMs: number,
  id: string,
): DeviceUpdate {
  const { deviceId, organizationId, joinedEpoch: epoch, firmwareUuid: fromUuid } = device;
  const update: DeviceUpdate = {
    ...what,
    ...{ id, deviceId, organizationId, epoch, fromUuid, timeoutMinutes },
    ...{ status: 'requested', progress: undefined, reason: '' },
    ...{ startedAtMs: nowMs, updatedAtMs: nowMs, endedAtMs: undefined, deadlineAtMs: undefined },
    ...{ offerUntilMs: nowMs + OFFER_MS, offers: 1 },
  };
  return prolonged(update, nowMs);
}
