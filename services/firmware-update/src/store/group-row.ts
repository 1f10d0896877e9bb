// Translates between rows and deployment groups.
import type { DeploymentGroup, GroupSettings, GroupState, Phase } from '../domain/group.js';
import type { Prisma, DeploymentGroup as Row } from './generated/client.js';

/** What a group is read with: the firmware that it brings, and its archive. */
export const withFirmware = {
  artifact: { select: { uuid: true, version: true } },
  archive: { select: { uuid: true } },
} as const;

type ReadRow = Row & {
  readonly artifact: { readonly uuid: string; readonly version: string };
  readonly archive: { readonly uuid: string } | null;
};

/** The group that a row holds. */
export function groupOf(row: ReadRow): DeploymentGroup {
  const { artifact, archive, gathered: _, ...known } = row;
  const { conditionVersion, conditionTags, conditionTagOperator, archiveId, ...more } = known;
  const { phases, phaseLimit, soakUntil, createdAt, updatedAt, ...rest } = more;
  return {
    ...rest,
    // Only this service writes these columns, from the same types.
    state: row.state as GroupState,
    queueManagement: row.queueManagement as GroupSettings['queueManagement'],
    phases: phases as unknown as readonly Phase[],
    conditions: {
      version: conditionVersion,
      tags: conditionTags,
      tagOperator: conditionTagOperator as GroupSettings['conditions']['tagOperator'],
    },
    firmwareUuid: artifact.uuid,
    firmwareVersion: artifact.version,
    archiveId: archiveId ?? undefined,
    archiveUuid: archive?.uuid,
    phaseLimit: phaseLimit ?? undefined,
    soakUntilMs: soakUntil?.getTime(),
    createdAtMs: createdAt.getTime(),
    updatedAtMs: updatedAt.getTime(),
  };
}

/** What people set of a group, as columns. */
export function settingsRow(group: DeploymentGroup) {
  const { version, tags, tagOperator } = group.conditions;
  return {
    name: group.name,
    product: group.product,
    platform: group.platform,
    architecture: group.architecture,
    conditionVersion: version,
    conditionTags: [...tags],
    conditionTagOperator: tagOperator,
    artifactId: group.artifactId,
    archiveId: group.archiveId ?? null,
    concurrentUpdates: group.concurrentUpdates,
    failureThreshold: group.failureThreshold,
    deviceFailureThreshold: group.deviceFailureThreshold,
    deviceFailureRateAmount: group.deviceFailureRateAmount,
    deviceFailureRateSeconds: group.deviceFailureRateSeconds,
    penaltyTimeoutMinutes: group.penaltyTimeoutMinutes,
    updateTimeoutMinutes: group.updateTimeoutMinutes,
    queueManagement: group.queueManagement,
    releaseNetworkInterfaces: [...group.releaseNetworkInterfaces],
    releaseTags: [...group.releaseTags],
    lockDeviceMembership: group.lockDeviceMembership,
    connectingCode: group.connectingCode,
    notes: group.notes,
    phases: group.phases as unknown as Prisma.InputJsonValue,
    priorityQueueEnabled: group.priorityQueueEnabled,
    priorityQueueConcurrentUpdates: group.priorityQueueConcurrentUpdates,
    priorityQueueFirmwareVersionThreshold: group.priorityQueueFirmwareVersionThreshold,
  };
}

/** How far a group is, as columns. */
export function progressRow(group: DeploymentGroup) {
  return {
    isActive: group.isActive,
    state: group.state,
    reason: group.reason,
    release: group.release,
    failures: group.failures,
    phase: group.phase,
    phaseLimit: group.phaseLimit ?? null,
    phaseFailures: group.phaseFailures,
    soakUntil: group.soakUntilMs === undefined ? null : new Date(group.soakUntilMs),
  };
}
