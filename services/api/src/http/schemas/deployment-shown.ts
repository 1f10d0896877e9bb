// What the API shows of deployment groups and of how far they are.
import type { firmware } from '@mooring/proto';
import type { Static } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { present } from '../access.js';
import type { DeploymentGroup, DeploymentStatus } from './deployment-group.js';
import { shownSettings } from './deployment-settings.js';

export function toDeploymentGroup(group: firmware.DeploymentGroup): Static<typeof DeploymentGroup> {
  const settings = shownSettings(present(group.settings, 'settings of the deployment group'));
  return {
    id: group.id,
    deployment_id: group.number,
    organization_id: group.organizationId,
    ...settings,
    firmware_version: group.firmwareVersion,
    is_active: group.isActive,
    paused: group.state === 'paused',
    state: group.state,
    reason: group.reason || null,
    release: group.release,
    phase: group.phase,
    revision: group.revision,
    created_at: toTime(group.createdAtMs),
    updated_at: toTime(group.updatedAtMs),
  };
}

export function toDeploymentStatus(
  status: firmware.GetDeploymentStatusResponse,
  group: firmware.DeploymentGroup,
): Static<typeof DeploymentStatus> {
  return {
    group: toDeploymentGroup(group),
    devices: status.devices,
    updated: status.updated,
    in_flight: status.inFlight,
    waiting: status.waiting,
    offline: status.offline,
    penalized: status.penalized,
    failures: status.failures,
    failed: status.failed,
    soak_until: toTimeOrNull(status.soakUntilMs),
  };
}
