// Decides what a device's join does: to what is known of it, to an update in flight, to its membership (nerveshub.md 3.2).
import { end, type OurReason } from './ending.js';
import type { FleetDevice, Validation } from './fleet.js';
import { type Decision, type Held, inTurn, type Surroundings, unchanged } from './held.js';
import { membership } from './membership.js';
import { auditOfDevice, type Note } from './note.js';
import { began } from './progress.js';
import { type DeviceUpdate, isOpen } from './update.js';

/** What a device says when it joins. */
export interface Join {
  readonly epoch: bigint;
  readonly sequence: bigint;
  readonly timeMs: number;
  /** Empty when it does not say. */
  readonly firmwareUuid: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly validation: Validation;
  /** It says that it fell back to the firmware before. */
  readonly reverted: boolean;
  /** Empty for nothing. */
  readonly downloadingUuid: string;
  readonly wantsFirmwareKeys: boolean;
  readonly wantsArchiveKeys: boolean;
}

export function takeJoin(held: Held, join: Join, around: Surroundings): Decision {
  return inTurn(
    held,
    (now) => described(now, join, around),
    (now) => updateOf(now, held.device, join, around),
    (now) => membership(now, around),
    (now) => greeted(now, join),
  );
}

function described({ device, latest }: Held, join: Join, { nowMs, groups }: Surroundings): Decision {
  const notes: Note[] = [];
  const changed = device.firmwareUuid !== '' && device.firmwareUuid !== join.firmwareUuid;
  if (changed) {
    const details = { from: device.firmwareUuid, to: join.firmwareUuid, version: join.version };
    notes.push(auditOfDevice(device, 'device.firmware_changed', details, nowMs));
  }
  const group = device.groupId === undefined ? undefined : groups.get(device.groupId);
  const fellBack = group !== undefined && changed && device.firmwareUuid === group.firmwareUuid;
  if (fellBack && device.takenRelease === group.release) {
    notes.push({ note: 'unhealthy', groupId: group.id, release: group.release });
  }
  if (group !== undefined) notes.push({ note: 'look', groupId: group.id });
  const { epoch, sequence, firmwareUuid, product, platform, architecture, version } = join;
  const after: FleetDevice = {
    ...device,
    ...{ firmwareUuid, product, platform, architecture, version },
    apiVersion: join.apiVersion,
    validation: join.validation,
    joinedEpoch: epoch,
    joinedSequence: sequence,
    connectedAtMs: epoch > device.joinedEpoch ? join.timeMs : device.connectedAtMs,
    attemptsMs: changed ? [] : device.attemptsMs,
  };
  return { held: { device: after, latest }, written: [], notes };
}

function updateOf(held: Held, before: FleetDevice, join: Join, around: Surroundings): Decision {
  const flying = held.latest;
  if (!isOpen(flying)) return unchanged(held);
  const atMs = join.timeMs;
  const over = (reason: OurReason): Decision => end(held, flying, { status: 'failed', reason, atMs }, around);
  if (isThere(flying, before, join))
    return end(held, flying, { status: 'completed', reason: '', atMs }, around);
  const downloads = join.downloadingUuid;
  if (downloads !== '' && downloads === (flying.firmwareUuid ?? downloads))
    return goesOn(held, flying, join, around);
  if (flying.status === 'requested') {
    // Offered on this very session it may be on its way still, or have come before the join: it is offered once more.
    if (flying.epoch === join.epoch)
      return { ...unchanged(held), notes: [{ note: 'offer', updateId: flying.id }] };
    return end(held, flying, { status: 'withdrawn', reason: 'the device has not taken it', atMs }, around);
  }
  const other = flying.fromUuid !== undefined && join.firmwareUuid !== flying.fromUuid;
  if (other) return over('other_firmware');
  return over(join.reverted || flying.status === 'completed' ? 'reverted' : 'interrupted');
}

/** Success is to come back with the new firmware; of an update that was not offered, with another than before. */
function isThere(flying: DeviceUpdate, before: FleetDevice, join: Join): boolean {
  if (flying.firmwareUuid !== undefined) return flying.firmwareUuid === join.firmwareUuid;
  return before.firmwareUuid !== '' && join.firmwareUuid !== before.firmwareUuid;
}

function goesOn(held: Held, flying: DeviceUpdate, join: Join, { nowMs }: Surroundings): Decision {
  if (flying.status !== 'requested') return unchanged(held);
  const update = { ...flying, status: 'downloading', epoch: join.epoch, offerUntilMs: undefined } as const;
  return began({ device: held.device, latest: flying }, { ...update, updatedAtMs: join.timeMs }, nowMs);
}

function greeted(held: Held, join: Join): Decision {
  const { deviceId, organizationId, groupId, apiVersion } = held.device;
  const { epoch, wantsFirmwareKeys, wantsArchiveKeys } = join;
  const asks = { apiVersion, wantsFirmwareKeys, wantsArchiveKeys };
  return {
    held,
    written: [],
    notes: [{ note: 'greet', deviceId, organizationId, epoch, groupId, ...asks }],
  };
}
