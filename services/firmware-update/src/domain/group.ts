// What a deployment group is: what people told it to be, and how far it is with that.
import type { FailureLimits } from './eligibility.js';
import type { GroupConditions } from './group-choice.js';

/** A part of the group's devices that gets the firmware before the next part does; sizes include the phases before. */
export interface Phase {
  readonly size: { readonly percent: number } | { readonly count: number };
  readonly soakMinutes: number;
  /** Failures in this phase that pause the group; absent: the group's threshold alone. */
  readonly maxFailures?: number;
}

/** What people set; bounds in settings.ts. */
export interface GroupSettings {
  readonly name: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly conditions: GroupConditions;
  readonly concurrentUpdates: number;
  readonly failureThreshold: number;
  readonly deviceFailureThreshold: number;
  readonly deviceFailureRateAmount: number;
  readonly deviceFailureRateSeconds: number;
  readonly penaltyTimeoutMinutes: number;
  readonly updateTimeoutMinutes: number;
  readonly queueManagement: 'fifo' | 'lifo';
  /** Empty for any. */
  readonly releaseNetworkInterfaces: readonly string[];
  readonly releaseTags: readonly string[];
  readonly lockDeviceMembership: boolean;
  readonly connectingCode: string;
  readonly notes: string;
  readonly phases: readonly Phase[];
  readonly priorityQueueEnabled: boolean;
  readonly priorityQueueConcurrentUpdates: number;
  /** Devices up to this version go into the priority queue. */
  readonly priorityQueueFirmwareVersionThreshold: string;
}

/** `inactive` when it is not active, and only then. */
export type GroupState = 'inactive' | 'running' | 'paused' | 'soaking' | 'complete';

/** How far a group is. */
export interface GroupProgress {
  readonly isActive: boolean;
  readonly state: GroupState;
  /** Why it is paused; empty otherwise. */
  readonly reason: string;
  /** Grows with each change of firmware; 1 first. */
  readonly release: number;
  /** Failed updates of this release since it began or was resumed. */
  readonly failures: number;
  /** Index of the phase; the number of phases when all of them are over and the rest is served. */
  readonly phase: number;
  /** How many devices may have been taken in; absent until the phase has begun. */
  readonly phaseLimit: number | undefined;
  readonly phaseFailures: number;
  readonly soakUntilMs: number | undefined;
}

/** A group as it is stored. */
export interface DeploymentGroup extends GroupSettings, GroupProgress {
  readonly id: string;
  /** deployment_id, as devices see it. */
  readonly number: number;
  readonly organizationId: string;
  readonly artifactId: string;
  readonly firmwareUuid: string;
  readonly firmwareVersion: string;
  readonly archiveId: string | undefined;
  readonly archiveUuid: string | undefined;
  /** Grows with each change by people. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What the group tolerates of one device. */
export function limitsOf(group: GroupSettings): FailureLimits {
  return {
    threshold: group.deviceFailureThreshold,
    rateAmount: group.deviceFailureRateAmount,
    rateSeconds: group.deviceFailureRateSeconds,
  };
}

/** Where a release begins: nothing has failed, and its first phase has not begun. */
export const freshRelease = {
  failures: 0,
  phase: 0,
  phaseLimit: undefined,
  phaseFailures: 0,
  soakUntilMs: undefined,
} as const;
