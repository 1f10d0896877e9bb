// Decides what a reported step does to a device's newest update (nerveshub.md 3.4). Pure; whoever calls keeps the rows.
import {
  activeStatuses,
  DEFAULT_TIMEOUT_MINUTES,
  type DeviceUpdate,
  type EndedStatus,
  finished,
  isOpen,
  prolonged,
  type UpdateStatus,
} from './update.js';

/** A step as a device reported it. `status` is any word; only the known ones change an update. */
export interface Step {
  readonly deviceId: string;
  readonly organizationId: string;
  readonly epoch: bigint;
  readonly timeMs: number;
  readonly status: string;
  readonly progress: number | undefined;
  readonly reason: string;
}

/** What a step did. `written` holds every row that it made or changed, oldest first. */
export type Outcome =
  | { readonly kind: 'noted' | 'repeated' }
  | { readonly kind: 'changed'; readonly update: DeviceUpdate; readonly written: readonly DeviceUpdate[] };

type Reported = Exclude<UpdateStatus, 'requested' | 'expired' | 'withdrawn'>;

// A device may put anything into a reason; this much is kept.
const MAX_REASON = 500;
const breaksOff: ReadonlySet<string> = new Set(['failed', 'ignored', 'rescheduled']);

/** What a device says as the platform keeps it: bounded, and without what the store cannot hold. */
function reasonOf(text: string): string {
  return text.replaceAll('\0', '').slice(0, MAX_REASON);
}

/**
 * What `step` does to the newest update of its device. A status that is no part of an update (`idle`, `unknown`, any
 * other) is noted only. `nowMs` is what deadlines count from.
 */
export function takeStep(
  latest: DeviceUpdate | undefined,
  step: Step,
  nowMs: number,
  newId: () => string,
): Outcome {
  const status = statusOf(step);
  if (status === undefined) return { kind: 'noted' };
  const flying = isOpen(latest) ? latest : undefined;
  if (flying === undefined && isSaidAgain(latest, status, step)) return { kind: 'repeated' };
  const another = flying !== undefined && beginsAnother(flying, status);
  const expired = another ? finished(flying, 'expired', 'another update began', step.timeMs) : undefined;
  const base = another || flying === undefined ? begin(step, newId()) : flying;
  const update = advance(base, step, status, nowMs);
  return { kind: 'changed', update, written: expired === undefined ? [update] : [expired, update] };
}

function statusOf(step: Step): Reported | undefined {
  if (step.status === 'updating' && step.progress !== undefined && step.progress >= 100) return 'completed';
  const active = activeStatuses.find((each) => each === step.status && each !== 'requested');
  if (active !== undefined && active !== 'requested') return active;
  if (step.status === 'completed') return 'completed';
  return breaksOff.has(step.status) ? (step.status as 'failed' | 'ignored' | 'rescheduled') : undefined;
}

// Devices report 100 % and then `completed`: one end, said twice.
function isSaidAgain(latest: DeviceUpdate | undefined, status: Reported, step: Step): boolean {
  const ends = status === 'completed' || breaksOff.has(status);
  return ends && latest?.status === status && latest.epoch === step.epoch;
}

// `received` is the first thing a device says of an update, so after a later step it is said of another one; but one that
// the platform offered may have been offered more than once.
function beginsAnother(flying: DeviceUpdate, status: Reported): boolean {
  return (
    status === 'received' &&
    flying.firmwareUuid === undefined &&
    flying.status !== 'received' &&
    flying.status !== 'requested'
  );
}

function begin(step: Step, id: string): DeviceUpdate {
  const { deviceId, organizationId, epoch, timeMs } = step;
  return {
    ...{ id, deviceId, organizationId, epoch, status: 'received', reason: '', progress: undefined },
    ...{ startedAtMs: timeMs, updatedAtMs: timeMs, endedAtMs: undefined },
    ...{ firmwareUuid: undefined, firmwareVersion: undefined, fromUuid: undefined, artifactId: undefined },
    ...{ place: undefined, order: undefined, timeoutMinutes: DEFAULT_TIMEOUT_MINUTES },
    ...{ deadlineAtMs: undefined, offerUntilMs: undefined, offers: 0 },
  };
}

function advance(base: DeviceUpdate, step: Step, status: Reported, nowMs: number): DeviceUpdate {
  const reason = step.reason === '' ? base.reason : reasonOf(step.reason);
  const progress = status === 'completed' ? undefined : (percent(step.progress) ?? base.progress);
  const stepped: DeviceUpdate = {
    ...base,
    status,
    reason,
    progress,
    epoch: step.epoch,
    updatedAtMs: Math.max(base.updatedAtMs, step.timeMs),
    offerUntilMs: undefined,
  };
  // What the platform offered is over when the device is back with it.
  const ends = breaksOff.has(status) || (status === 'completed' && base.firmwareUuid === undefined);
  if (ends) return finished(stepped, status as EndedStatus, reason, step.timeMs);
  const moved = base.status !== status || Math.floor(base.progress ?? -1) < Math.floor(progress ?? -1);
  return moved || base.deadlineAtMs === undefined ? prolonged(stepped, nowMs) : stepped;
}

function percent(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Math.min(100, Math.max(0, value));
}
