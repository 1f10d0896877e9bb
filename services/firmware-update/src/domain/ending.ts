// Decides what the end of an update means: to its device, to the group that counts failures, to whoever ordered it.
import { attempted } from './fleet.js';
import type { Decision, Held, Surroundings } from './held.js';
import { auditOfDevice, type Note } from './note.js';
import { type DeviceUpdate, type EndedStatus, finished } from './update.js';

const MINUTE_MS = 60_000;
const MAX_DELAY_MS = 30 * 24 * 60 * MINUTE_MS;
/** The least that devices ask for (nerveshub.md 3.4). */
const DEFAULT_DELAY_MS = 5 * MINUTE_MS;
const actions: Readonly<Record<string, string>> = {
  completed: 'device.updated',
  failed: 'device.update_failed',
  ignored: 'device.update_ignored',
  rescheduled: 'device.update_rescheduled',
  expired: 'device.update_expired',
  withdrawn: 'device.update_withdrawn',
};
const failures: ReadonlySet<string> = new Set(['failed', 'expired']);

/** How an update ends. */
export interface End {
  readonly status: EndedStatus;
  /** A word of ours, or what the device said; empty keeps what was said before. */
  readonly reason: string;
  readonly atMs: number;
}

/** Ends the device's update, which must be open, with all that follows. */
export function end({ device }: Held, update: DeviceUpdate, how: End, around: Surroundings): Decision {
  const ended = finished(update, how.status, how.reason, how.atMs);
  // Whoever never answers an offer has had it: else it would hold a slot again and again.
  const isUnanswered =
    how.status === 'expired' && update.status === 'requested' && update.place !== undefined;
  const now = isUnanswered ? attempted(device, around.nowMs) : device;
  return afterEnd({ device: now, latest: update }, ended, undefined, around);
}

/** What the device said at the end. */
export interface Report {
  /** With `rescheduled`: for how long it wants to be left alone. */
  readonly delayMs: number | undefined;
}

/** The same for an update that has its end already: by a step that the device reported. */
export function afterEnd(
  { device }: Held,
  ended: DeviceUpdate,
  report: Report | undefined,
  around: Surroundings,
): Decision {
  const { nowMs } = around;
  const succeeded = ended.status === 'completed';
  const until = report === undefined ? undefined : blockedUntil(ended, report, around);
  const blockedUntilMs = until ?? device.blockedUntilMs;
  const notes: Note[] = [];
  const { status, reason, firmwareUuid: firmware, place, order } = ended;
  const group = place?.groupId;
  // An update that nobody here offered is told of only when it ends badly: its success is told of by the join.
  if (firmware !== undefined || !succeeded) {
    const details = { firmware, reason, deployment_group: group, release: place?.release };
    notes.push(auditOfDevice(device, actions[status] ?? 'device.update_ended', details, nowMs));
  }
  if (place !== undefined) {
    if (failures.has(status)) notes.push({ note: 'failure', groupId: place.groupId, release: place.release });
    notes.push({ note: 'look', groupId: place.groupId });
  }
  if (order !== undefined) {
    const { deviceId, number: deviceNumber } = device;
    const end = succeeded ? (['succeeded', ''] as const) : (['failed', codeOf(ended)] as const);
    const [outcome, code] = end;
    const step = { deviceId, deviceNumber, commandNumber: order.commandNumber, outcome, code };
    notes.push({ note: 'order', ...step, message: succeeded ? '' : reason, atMs: ended.endedAtMs ?? nowMs });
  }
  return { held: { device: { ...device, blockedUntilMs }, latest: ended }, written: [ended], notes };
}

/** nerveshub.md 3.4: whoever ignores or fails what a group offered is left alone for the penalty, else as long as it asks. */
function blockedUntil(
  { place, status }: DeviceUpdate,
  { delayMs }: Report,
  { nowMs, groups }: Surroundings,
): number | undefined {
  if (place === undefined) return undefined;
  if (status === 'rescheduled') {
    return nowMs + Math.min(Math.max(delayMs ?? DEFAULT_DELAY_MS, 0), MAX_DELAY_MS);
  }
  if (status === 'ignored' || status === 'failed') {
    const group = groups.get(place.groupId);
    return group === undefined ? undefined : nowMs + group.penaltyTimeoutMinutes * MINUTE_MS;
  }
  return undefined;
}

/** Why the platform says that an update failed which its device did not report so. */
export const ourReasons = ['reverted', 'interrupted', 'other_firmware'] as const;
export type OurReason = (typeof ourReasons)[number];

function codeOf({ status, reason }: DeviceUpdate): string {
  return status === 'failed' && (ourReasons as readonly string[]).includes(reason) ? reason : status;
}
