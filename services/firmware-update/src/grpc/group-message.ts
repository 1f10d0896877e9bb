// Deployment groups as messages, and settings as they come.
import type { firmware } from '@mooring/proto';
import type { DeploymentGroup, GroupSettings, Phase } from '../domain/group.js';
import type { GivenSettings } from '../domain/settings.js';

type Settings = firmware.DeploymentSettings;

/** Names of the settings that the service keeps as they are given. */
const plain = [
  'name',
  'product',
  'platform',
  'architecture',
  'concurrentUpdates',
  'failureThreshold',
  'deviceFailureThreshold',
  'deviceFailureRateAmount',
  'deviceFailureRateSeconds',
  'penaltyTimeoutMinutes',
  'updateTimeoutMinutes',
  'queueManagement',
  'releaseNetworkInterfaces',
  'releaseTags',
  'lockDeviceMembership',
  'connectingCode',
  'notes',
  'priorityQueueEnabled',
  'priorityQueueConcurrentUpdates',
  'priorityQueueFirmwareVersionThreshold',
] as const satisfies readonly (keyof GroupSettings & keyof Settings)[];

type Plain = Pick<Settings, (typeof plain)[number]>;

function pickPlain(from: GroupSettings | Settings): Plain {
  return Object.fromEntries(plain.map((key) => [key, from[key]])) as unknown as Plain;
}

export function groupMessage(group: DeploymentGroup): firmware.DeploymentGroup {
  const { version, tags, tagOperator } = group.conditions;
  const settings: Settings = {
    ...pickPlain(group),
    conditions: { version, tags: [...tags], tagOperator },
    firmwareUuid: group.firmwareUuid,
    archiveUuid: group.archiveUuid ?? '',
    phases: group.phases.map(phaseMessage),
  };
  const { id, number, organizationId, isActive, state, reason, release, firmwareVersion, phase } = group;
  const { createdAtMs, updatedAtMs, revision } = group;
  return {
    ...{ id, number, organizationId, settings, isActive, state, reason, release, firmwareVersion, phase },
    ...{ createdAtMs, updatedAtMs, revision },
  };
}

/** The settings that a request gives, not looked at yet. */
export function givenSettings(settings: Settings): GivenSettings {
  const { conditions, phases } = settings;
  return {
    ...pickPlain(settings),
    conditions: conditions ?? { version: '', tags: [], tagOperator: '' },
    phases: phases.map(phaseOf),
  };
}

function phaseMessage({ size, soakMinutes, maxFailures }: Phase): firmware.DeploymentPhase {
  const told = 'percent' in size ? ({ $case: 'percent', value: size.percent } as const) : undefined;
  return {
    size: told ?? { $case: 'count', value: 'count' in size ? size.count : 0 },
    soakMinutes,
    maxFailures,
  };
}

// A phase without a size has none that is right.
function phaseOf({ size, soakMinutes, maxFailures }: firmware.DeploymentPhase): Phase {
  return {
    size: size?.$case === 'percent' ? { percent: size.value } : { count: size?.value ?? 0 },
    soakMinutes,
    ...(maxFailures === undefined ? {} : { maxFailures }),
  };
}
