// GetDeviceUpdates and SetDeviceUpdates: where a device stands with updates, and what people want of that.
import type { firmware } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import type { FleetDevice } from '../domain/fleet.js';
import type { DeviceUpdate } from '../domain/update.js';
import { hear, readDevice } from '../store/fleet.js';
import { getGroup } from '../store/groups.js';
import type { GroupContext } from './group-context.js';
import { idOf, ownerOf } from './request.js';

type Server = firmware.DeploymentGroupsServer;

export function getDeviceUpdates({ pool, clock }: GroupContext): Server['getDeviceUpdates'] {
  return unary(async ({ deviceId: given }) => {
    const deviceId = idOf(given, 'device');
    const found = await readDevice(pool, deviceId);
    return { updates: messageOf(deviceId, found?.device, found?.flying, clock.now()) };
  });
}

export function setDeviceUpdates(context: GroupContext): Server['setDeviceUpdates'] {
  return unary(async (request) => {
    const { database, pool, clock, changes } = context;
    const deviceId = idOf(request.deviceId, 'device');
    const organizationId = ownerOf(request.organizationId);
    const { updatesEnabled, deploymentGroupId, clearPenalty, actor } = request;
    const named =
      deploymentGroupId === undefined || deploymentGroupId === ''
        ? null
        : await getGroup(database, [organizationId], idOf(deploymentGroupId, 'deployment group'));
    // One that has not been heard of yet may be put into a group before it comes.
    await hear(pool, [{ deviceId, deviceNumber: 0n, organizationId, timeMs: clock.now() }]);
    await changes.wish(deviceId, organizationId, {
      actor,
      clearPenalty,
      ...(updatesEnabled === undefined ? {} : { updatesEnabled }),
      ...(deploymentGroupId === undefined ? {} : { group: named }),
    });
    const found = await readDevice(pool, deviceId);
    if (found === undefined) throw new Fault('not_found', 'no such device');
    return { updates: messageOf(deviceId, found.device, found.flying, clock.now()) };
  });
}

/** A device that was never heard of stands like a new one. */
function messageOf(
  deviceId: string,
  device: FleetDevice | undefined,
  flying: DeviceUpdate | undefined,
  nowMs: number,
): firmware.DeviceUpdates {
  const until = device?.blockedUntilMs;
  return {
    deviceId,
    updatesEnabled: device?.updatesEnabled ?? true,
    blockedUntilMs: until !== undefined && until > nowMs ? until : undefined,
    attempts: device?.attemptsMs.length ?? 0,
    deploymentGroupId: device?.groupId ?? '',
    firmwareUuid: device?.firmwareUuid ?? '',
    firmwareVersion: device?.version ?? '',
    targetUuid: flying?.firmwareUuid ?? '',
  };
}
