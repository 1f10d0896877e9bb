// Decides whether a device may be given an update, and when it has failed too often (nerveshub.md 5.3).

/** What a group tolerates of one device. */
export interface FailureLimits {
  /** Attempts, whatever their age, that put a device into the penalty box. */
  readonly threshold: number;
  /** Attempts within `rateSeconds` that do so too. */
  readonly rateAmount: number;
  readonly rateSeconds: number;
}

export const defaultLimits: FailureLimits = { threshold: 3, rateAmount: 5, rateSeconds: 180 };

/** What is asked about one device. Times are epoch milliseconds. */
export interface Standing {
  readonly groupActive: boolean;
  readonly updatesEnabled: boolean;
  readonly firmwareUuid: string;
  readonly targetUuid: string;
  /** When it was given updates before that it has not come back from with another firmware. */
  readonly attemptsMs: readonly number[];
  /** Until when it is in the penalty box, or asked to be left alone. */
  readonly blockedUntilMs?: number;
  /** It said that its firmware is not validated yet: an update now would take away what it falls back to. */
  readonly notValidated: boolean;
}

export type Eligibility =
  | 'ok'
  | 'group_not_active'
  | 'updates_disabled'
  | 'up_to_date'
  | 'blocked'
  | 'not_validated'
  /** It has to be put into the penalty box. */
  | 'failure_rate'
  | 'failure_threshold';

export function eligibility(device: Standing, limits: FailureLimits, nowMs: number): Eligibility {
  if (!device.groupActive) return 'group_not_active';
  if (!device.updatesEnabled) return 'updates_disabled';
  if (device.firmwareUuid === device.targetUuid) return 'up_to_date';
  if (device.blockedUntilMs !== undefined && device.blockedUntilMs > nowMs) return 'blocked';
  if (device.notValidated) return 'not_validated';
  const sinceMs = nowMs - limits.rateSeconds * 1_000;
  // One that is exactly as old as the window is outside of it.
  if (device.attemptsMs.filter((atMs) => atMs > sinceMs).length >= limits.rateAmount) return 'failure_rate';
  if (device.attemptsMs.length >= limits.threshold) return 'failure_threshold';
  return 'ok';
}
