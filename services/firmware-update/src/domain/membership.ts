// Decides which group a device stays in, leaves or joins (nerveshub.md 5.2).
import type { FleetDevice } from './fleet.js';
import type { DeploymentGroup } from './group.js';
import { fittingGroups, mismatch } from './group-choice.js';
import { type Decision, type Held, type Surroundings, unchanged } from './held.js';
import { auditOfDevice, type Note } from './note.js';

/** The device after it joined: out of a group that it does not fit any more, and into the one that it belongs to. */
export function membership(held: Held, around: Surroundings): Decision {
  const { device } = held;
  // Who does not say what it runs is moved nowhere.
  if (device.firmwareUuid === '') return unchanged(held);
  const group = device.groupId === undefined ? undefined : around.groups.get(device.groupId);
  if (group === undefined) return gathered(held, around);
  const reason = whyLeave(device, group);
  if (reason === undefined) return unchanged(held);
  const left = moved(held, undefined, around, 'device.group_left', { reason });
  const next = gathered(left.held, around);
  return { held: next.held, written: [], notes: [...left.notes, ...next.notes] };
}

/** The device, which has no group, in the one that it belongs to, if there is one. */
export function gathered(held: Held, around: Surroundings): Decision {
  const { device } = held;
  if (device.firmwareUuid === '' || device.groupId !== undefined) return unchanged(held);
  const open = [...around.groups.values()].filter(
    ({ isActive, lockDeviceMembership, organizationId }) =>
      isActive && !lockDeviceMembership && organizationId === device.organizationId,
  );
  const fitting = fittingGroups(device, open);
  const [group] = fitting;
  if (group === undefined) return unchanged(held);
  return moved(held, group, around, 'device.group_joined', { candidates: fitting.length });
}

/** The device in that group, or in none; `actor` is who put it there when a person did. */
export function moved(
  { device, latest }: Held,
  group: DeploymentGroup | undefined,
  { nowMs }: Surroundings,
  action: string,
  details: Readonly<Record<string, unknown>>,
  actor?: string,
): Decision {
  const concerned = group?.id ?? device.groupId;
  const notes: Note[] = [
    auditOfDevice(device, action, { deployment_group: concerned, ...details }, nowMs, actor),
  ];
  for (const groupId of new Set([device.groupId, group?.id])) {
    if (groupId !== undefined) notes.push({ note: 'look', groupId });
  }
  const after: FleetDevice = { ...device, groupId: group?.id, takenRelease: undefined };
  return { held: { device: after, latest }, written: [], notes };
}

function whyLeave(device: FleetDevice, group: DeploymentGroup): string | undefined {
  if (group.lockDeviceMembership) return undefined;
  // Firmware of another product would be offered to it.
  return device.product === group.product ? mismatch(device, group) : 'product';
}
