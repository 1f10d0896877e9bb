// Settings of deployment groups between JSON and the service's messages.
import type { firmware } from '@mooring/proto';
import type { Static } from 'typebox';
import { wrong } from '../../prints/content.js';
import type { DeploymentGroup, DeploymentGroupChange, NewDeploymentGroup } from './deployment-group.js';

type Settings = firmware.DeploymentSettings;
type Given = Static<typeof DeploymentGroupChange> &
  Partial<Pick<Static<typeof NewDeploymentGroup>, 'product'>>;
type Shown = Static<typeof DeploymentGroup>;

/** Settings with what is given; for all else 0 and empty, which the service takes for its defaults. */
export function givenSettings(given: Given): Settings {
  const { conditions = {}, phases = [] } = given;
  return {
    name: given.name ?? '',
    product: given.product ?? '',
    platform: given.platform ?? '',
    architecture: given.architecture ?? '',
    conditions: {
      version: conditions.version ?? '',
      tags: conditions.tags ?? [],
      tagOperator: conditions.tag_operator ?? 'and',
    },
    firmwareUuid: given.firmware_uuid ?? '',
    archiveUuid: given.archive_uuid ?? '',
    concurrentUpdates: given.concurrent_updates ?? 0,
    failureThreshold: given.failure_threshold ?? 0,
    deviceFailureThreshold: given.device_failure_threshold ?? 0,
    deviceFailureRateAmount: given.device_failure_rate_amount ?? 0,
    deviceFailureRateSeconds: given.device_failure_rate_seconds ?? 0,
    penaltyTimeoutMinutes: given.penalty_timeout_minutes ?? 0,
    updateTimeoutMinutes: given.update_timeout_minutes ?? 0,
    queueManagement: given.queue_management ?? '',
    releaseNetworkInterfaces: given.release_network_interfaces ?? [],
    releaseTags: given.release_tags ?? [],
    lockDeviceMembership: given.lock_device_membership ?? false,
    connectingCode: given.connecting_code ?? '',
    notes: given.notes ?? '',
    phases: phases.map(phaseOf),
    priorityQueueEnabled: given.priority_queue_enabled ?? false,
    priorityQueueConcurrentUpdates: given.priority_queue_concurrent_updates ?? 0,
    priorityQueueFirmwareVersionThreshold: given.priority_queue_firmware_version_threshold ?? '',
  };
}

/** The settings that a change names. */
export function namedSettings({ is_active: _, paused: __, ...settings }: Given): string[] {
  return Object.keys(settings);
}

type Phase = NonNullable<Given['phases']>[number];

function phaseOf(phase: Phase, index: number): firmware.DeploymentPhase {
  const { percent, count, soak_minutes: soakMinutes = 0, max_failures: maxFailures } = phase;
  const rest = { soakMinutes, maxFailures };
  if (percent !== undefined && count === undefined) {
    return { size: { $case: 'percent', value: percent }, ...rest };
  }
  if (count !== undefined && percent === undefined)
    return { size: { $case: 'count', value: count }, ...rest };
  throw wrong(`phases.${index}`, 'must have percent or count');
}

type ShownSettings = Omit<
  Shown,
  | 'id'
  | 'deployment_id'
  | 'organization_id'
  | 'firmware_version'
  | 'is_active'
  | 'paused'
  | 'state'
  | 'reason'
  | 'release'
  | 'phase'
  | 'revision'
  | 'created_at'
  | 'updated_at'
>;

/** The settings of a group as they are shown. */
export function shownSettings(settings: Settings): ShownSettings {
  const { conditions } = settings;
  return {
    name: settings.name,
    product: settings.product,
    platform: settings.platform,
    architecture: settings.architecture,
    conditions: {
      version: conditions?.version ?? '',
      tags: [...(conditions?.tags ?? [])],
      tag_operator: conditions?.tagOperator === 'or' ? 'or' : 'and',
    },
    firmware_uuid: settings.firmwareUuid,
    archive_uuid: settings.archiveUuid || null,
    concurrent_updates: settings.concurrentUpdates,
    failure_threshold: settings.failureThreshold,
    device_failure_threshold: settings.deviceFailureThreshold,
    device_failure_rate_amount: settings.deviceFailureRateAmount,
    device_failure_rate_seconds: settings.deviceFailureRateSeconds,
    penalty_timeout_minutes: settings.penaltyTimeoutMinutes,
    update_timeout_minutes: settings.updateTimeoutMinutes,
    queue_management: settings.queueManagement === 'lifo' ? 'lifo' : 'fifo',
    release_network_interfaces: [...settings.releaseNetworkInterfaces] as Shown['release_network_interfaces'],
    release_tags: [...settings.releaseTags],
    lock_device_membership: settings.lockDeviceMembership,
    connecting_code: settings.connectingCode,
    notes: settings.notes,
    phases: settings.phases.map(shownPhase),
    priority_queue_enabled: settings.priorityQueueEnabled,
    priority_queue_concurrent_updates: settings.priorityQueueConcurrentUpdates,
    priority_queue_firmware_version_threshold: settings.priorityQueueFirmwareVersionThreshold,
  };
}

function shownPhase({ size, soakMinutes, maxFailures }: firmware.DeploymentPhase): Phase {
  return {
    ...(size?.$case === 'percent' ? { percent: size.value } : {}),
    ...(size?.$case === 'count' ? { count: size.value } : {}),
    soak_minutes: soakMinutes,
    ...(maxFailures === undefined ? {} : { max_failures: maxFailures }),
  };
}
