// What an update of one device is: from its offer, or its first reported step, to its end.

/** Statuses of an update in flight, in the order in which a device goes through them. */
export const activeStatuses = ['requested', 'received', 'started', 'downloading', 'updating'] as const;
/**
 * Statuses that end an update. `expired` and `withdrawn` are ours: no device reports them. An update that was offered is
 * `completed` and still in flight until its device joins with the new firmware.
 */
export const endedStatuses = [
  'completed',
  'failed',
  'ignored',
  'rescheduled',
  'expired',
  'withdrawn',
] as const;

/** What an update is doing or how it ended. */
export type UpdateStatus = (typeof activeStatuses)[number] | (typeof endedStatuses)[number];
export type EndedStatus = (typeof endedStatuses)[number];

export type Queue = 'normal' | 'priority';

/** The group's share in an update: which slot it holds while it is in flight. */
export interface Place {
  readonly groupId: string;
  /** The group's number, as devices see it. */
  readonly groupNumber: number;
  readonly release: number;
  readonly queue: Queue;
  readonly slot: number;
}

/** Who wanted an update, of which command. */
export interface Order {
  readonly actor: string;
  readonly commandNumber: number;
}

/** One firmware update of one device. Times are epoch milliseconds. */
export interface DeviceUpdate {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly status: UpdateStatus;
  /** 0 to 100; absent when the device gave none and when it completed. One that broke off keeps how far it came. */
  readonly progress: number | undefined;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  /** Absent while it is in flight. */
  readonly endedAtMs: number | undefined;
  /** What it is to bring; absent when the platform did not offer it. */
  readonly firmwareUuid: string | undefined;
  readonly firmwareVersion: string | undefined;
  /** What the device ran when it was offered. */
  readonly fromUuid: string | undefined;
  /** While it is in flight. */
  readonly artifactId: string | undefined;
  readonly place: Place | undefined;
  readonly order: Order | undefined;
  /** So long may it go without a change. */
  readonly timeoutMinutes: number;
  readonly deadlineAtMs: number | undefined;
  /** The session that it was offered on, or of its last step. */
  readonly epoch: bigint | undefined;
  /** While it is `requested`: when it is offered once more. */
  readonly offerUntilMs: number | undefined;
  /** How often it may have been sent. */
  readonly offers: number;
}

/** What an update is without an offer; nerveshub.md 4.3. */
export const DEFAULT_TIMEOUT_MINUTES = 30;
const MINUTE_MS = 60_000;

export function isOpen(update: DeviceUpdate | undefined): update is DeviceUpdate {
  return update !== undefined && update.endedAtMs === undefined;
}

/** The same with its deadline put off from `nowMs`. */
export function prolonged(update: DeviceUpdate, nowMs: number): DeviceUpdate {
  return { ...update, deadlineAtMs: nowMs + update.timeoutMinutes * MINUTE_MS };
}

/** The same at its end, at `atMs` or when it last changed, whichever is later. */
export function finished(
  update: DeviceUpdate,
  status: EndedStatus,
  reason: string,
  atMs: number,
): DeviceUpdate {
  const endedAtMs = Math.max(update.updatedAtMs, atMs);
  return {
    ...update,
    status,
    reason: reason === '' ? update.reason : reason,
    updatedAtMs: endedAtMs,
    endedAtMs,
    artifactId: undefined,
    deadlineAtMs: undefined,
    offerUntilMs: undefined,
    ...(status === 'completed' ? { progress: undefined } : {}),
  };
}
