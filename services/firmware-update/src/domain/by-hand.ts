// Decides what people's wishes about one device do: whether it is updated, its group, its penalty, an update they order.
import { requested } from './claim.js';
import { end } from './ending.js';
import type { DeploymentGroup } from './group.js';
import type { Release } from './group-change.js';
import { type Decision, type Held, inTurn, type Surroundings, unchanged } from './held.js';
import { moved } from './membership.js';
import { auditOfDevice, type Note } from './note.js';
import { DEFAULT_TIMEOUT_MINUTES, isOpen } from './update.js';

/** What a person changes of a device; what is absent stays. */
export interface Wishes {
  readonly actor: string;
  readonly updatesEnabled?: boolean;
  /** Null takes it out. */
  readonly group?: DeploymentGroup | null;
  readonly clearPenalty: boolean;
}

export function wished(
  held: Held,
  { actor, updatesEnabled, group, clearPenalty }: Wishes,
  around: Surroundings,
) {
  const notes: Note[] = [];
  let { device } = held;
  const tell = (action: string): void => {
    notes.push(auditOfDevice(device, action, {}, around.nowMs, actor));
  };
  if (updatesEnabled !== undefined && updatesEnabled !== device.updatesEnabled) {
    device = { ...device, updatesEnabled };
    tell(updatesEnabled ? 'device.updates_enabled' : 'device.updates_disabled');
  }
  if (clearPenalty && (device.blockedUntilMs !== undefined || device.attemptsMs.length > 0)) {
    device = { ...device, blockedUntilMs: undefined, attemptsMs: [] };
    tell('device.penalty_cleared');
  }
  if (device.groupId !== undefined) notes.push({ note: 'look', groupId: device.groupId });
  return inTurn(
    { device, latest: held.latest },
    (now) => ({ ...unchanged(now), notes }),
    (now) => (updatesEnabled === false ? withdrawn(now, around) : unchanged(now)),
    (now) => {
      if (group === undefined || group?.id === now.device.groupId) return unchanged(now);
      const action = group === null ? 'device.group_left' : 'device.group_joined';
      return moved(now, group ?? undefined, around, action, { by: 'hand' }, actor);
    },
  );
}

/** What a group offered and the device has not begun is taken back (nerveshub.md 4.3). */
function withdrawn(held: Held, around: Surroundings): Decision {
  const { latest } = held;
  if (!isOpen(latest) || latest.place === undefined || latest.status !== 'requested') return unchanged(held);
  const how = { status: 'withdrawn', reason: 'updates are switched off', atMs: around.nowMs } as const;
  return end(held, latest, how, around);
}

/** An update that a person orders. */
export interface OrderedUpdate {
  readonly firmware: Release;
  readonly actor: string;
  readonly commandNumber: number;
}

/** What becomes of an order: `again`: it is known already; `busy`: another update is in flight. */
export type Ordered =
  | { readonly kind: 'ordered' | 'already' | 'again'; readonly decision: Decision }
  | { readonly kind: 'busy' | 'wrong_platform' };

/** Also turns the device's automatic updates off, as nerveshub.md 4.3 has it: else its group would undo it. */
export function ordered(
  held: Held,
  { firmware, actor, commandNumber }: OrderedUpdate,
  around: Surroundings,
): Ordered {
  const { device, latest } = held;
  const { nowMs, newId } = around;
  const isKnown = latest?.order?.commandNumber === commandNumber && latest.firmwareUuid === firmware.uuid;
  if (isKnown) return { kind: 'again', decision: unchanged(held) };
  if (device.firmwareUuid === firmware.uuid) return { kind: 'already', decision: unchanged(held) };
  if (isOpen(latest)) return { kind: 'busy' };
  const isOther = (['product', 'platform', 'architecture'] as const).some(
    (trait) => device[trait] !== '' && device[trait] !== firmware[trait],
  );
  if (isOther) return { kind: 'wrong_platform' };
  const { artifactId, uuid: firmwareUuid, version: firmwareVersion } = firmware;
  const order = { actor, commandNumber };
  const what = { artifactId, firmwareUuid, firmwareVersion, place: undefined, order };
  const update = requested(device, what, DEFAULT_TIMEOUT_MINUTES, nowMs, newId());
  const details = { firmware: firmwareUuid, version: firmwareVersion, command: commandNumber };
  const notes: Note[] = [auditOfDevice(device, 'device.update_ordered', details, nowMs, actor)];
  if (device.updatesEnabled) notes.push(auditOfDevice(device, 'device.updates_disabled', {}, nowMs, actor));
  const after: Held = { device: { ...device, updatesEnabled: false }, latest: update };
  return { kind: 'ordered', decision: { held: after, written: [update], notes } };
}
