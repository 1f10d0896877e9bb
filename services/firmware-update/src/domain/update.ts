// Decides what a reported step does to a device's updates. Pure; whoever calls keeps the rows.

/** Statuses of an update in flight, in the order in which a device goes through them. */
export const activeStatuses = ['received', 'started', 'downloading', 'updating'] as const;
/** Statuses that end an update. `expired` is ours: no device reports it. */
export const endedStatuses = ['completed', 'failed', 'ignored', 'rescheduled', 'expired'] as const;

/** What an update is doing or how it ended. */
export type UpdateStatus = (typeof activeStatuses)[number] | (typeof endedStatuses)[number];

/** One firmware update of one device. */
export interface DeviceUpdate {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly status: UpdateStatus;
  /** 0 to 100; absent when the device gave none and when it completed. One that broke off keeps how far it came. */
  readonly progress?: number;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  /** Absent while it is in flight. */
  readonly endedAtMs?: number;
  /** The session of the last step, and that step's number in it. */
  readonly epoch: bigint;
  readonly sequence: bigint;
}

/** A step as a device reported it. `status` is any word; only the known ones change an update. */
export interface Step {
  readonly deviceId: string;
  readonly organizationId: string;
  readonly epoch: bigint;
  /** Grows within an epoch. */
  readonly sequence: bigint;
  readonly timeMs: number;
  readonly status: string;
  readonly progress?: number;
  readonly reason: string;
}

/** What a step did. `written` holds every row that it made or changed, oldest first. */
export type Outcome =
  | { readonly kind: 'noted' | 'stale' | 'repeated' }
  | { readonly kind: 'changed'; readonly update: DeviceUpdate; readonly written: readonly DeviceUpdate[] };

// A device may put anything into a reason; this much is kept.
const MAX_REASON = 500;

/**
 * What `step` does to the newest update of its device. A step that is not newer than the last one seen changes nothing,
 * so a redelivered batch is harmless. A status that is no part of an update (`idle`, `unknown`, any other) is noted only.
 */
export function takeStep(latest: DeviceUpdate | undefined, step: Step, newId: () => string): Outcome {
  if (latest !== undefined && !isNewer(step, latest)) return { kind: 'stale' };
  const status = statusOf(step);
  if (status === undefined) return { kind: 'noted' };

  const ends = isEnd(status);
  const flying = latest !== undefined && latest.endedAtMs === undefined ? latest : undefined;
  // Devices report 100 % and then `completed`: one end, said twice.
  if (flying === undefined && ends && latest?.status === status && latest.epoch === step.epoch) {
    return { kind: 'repeated' };
  }
  const expired = flying !== undefined && beginsAnother(flying, status) ? expire(flying, step) : undefined;
  const base = expired === undefined && flying !== undefined ? flying : begin(step, newId());
  const update = advance(base, step, status, ends);
  return { kind: 'changed', update, written: expired === undefined ? [update] : [expired, update] };
}

function isNewer(step: Step, latest: DeviceUpdate): boolean {
  return step.epoch > latest.epoch || (step.epoch === latest.epoch && step.sequence > latest.sequence);
}

function statusOf(step: Step): UpdateStatus | undefined {
  if (step.status === 'updating' && step.progress !== undefined && step.progress >= 100) return 'completed';
  const known: readonly string[] = [...activeStatuses, 'completed', 'failed', 'ignored', 'rescheduled'];
  return known.includes(step.status) ? (step.status as UpdateStatus) : undefined;
}

function isEnd(status: UpdateStatus): boolean {
  return (endedStatuses as readonly string[]).includes(status);
}

// `received` is the first thing a device says of an update, so after a later step it is said of another one.
function beginsAnother(flying: DeviceUpdate, status: UpdateStatus): boolean {
  return status === 'received' && flying.status !== 'received';
}

function expire(flying: DeviceUpdate, step: Step): DeviceUpdate {
  const endedAtMs = Math.max(flying.updatedAtMs, step.timeMs);
  return { ...flying, status: 'expired', reason: 'another update began', updatedAtMs: endedAtMs, endedAtMs };
}

function begin(step: Step, id: string): DeviceUpdate {
  const { deviceId, organizationId, epoch, sequence, timeMs } = step;
  const times = { startedAtMs: timeMs, updatedAtMs: timeMs };
  return { id, deviceId, organizationId, status: 'received', reason: '', ...times, epoch, sequence };
}

function advance(base: DeviceUpdate, step: Step, status: UpdateStatus, ends: boolean): DeviceUpdate {
  const { progress: before, ...rest } = base;
  const updatedAtMs = Math.max(base.updatedAtMs, step.timeMs);
  const progress = status === 'completed' ? undefined : (percent(step.progress) ?? before);
  return {
    ...rest,
    status,
    reason: step.reason === '' ? base.reason : step.reason.slice(0, MAX_REASON),
    ...(progress === undefined ? {} : { progress }),
    updatedAtMs,
    ...(ends ? { endedAtMs: updatedAtMs } : {}),
    epoch: step.epoch,
    sequence: step.sequence,
  };
}

function percent(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Math.min(100, Math.max(0, value));
}
