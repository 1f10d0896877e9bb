// Devices, groups and updates for tests.
import { type FleetDevice, newcomer } from './fleet.js';
import { type DeploymentGroup, freshRelease } from './group.js';
import type { Held, Surroundings } from './held.js';
import type { DeviceUpdate } from './update.js';

export const NOW_MS = 1_800_000_000_000;
const ORGANIZATION = '0198a5d0-0000-7000-8000-00000000000a';

/** One that runs `a`, has joined on its third session and is in no group. */
export function device(fields: Partial<FleetDevice> = {}): FleetDevice {
  const which = { deviceId: 'device-1', number: 1n, organizationId: ORGANIZATION, firstSeenAtMs: NOW_MS };
  return {
    ...newcomer(which),
    ...{ epoch: 3n, sequence: 1n, joinedEpoch: 3n, joinedSequence: 1n },
    ...{ firmwareUuid: 'a', product: 'demo', platform: 'rpi0', architecture: 'arm', version: '1.0.0' },
    ...{ apiVersion: '2.3.0', tags: ['beta'], described: true },
    ...fields,
  };
}

/** One that brings `b`. */
export function group(fields: Partial<DeploymentGroup> = {}): DeploymentGroup {
  return {
    ...freshRelease,
    ...{ id: 'group-1', number: 12, organizationId: ORGANIZATION, name: 'all' },
    ...{ product: 'demo', platform: 'rpi0', architecture: 'arm' },
    conditions: { version: '', tags: [], tagOperator: 'and' },
    ...{ artifactId: 'artifact-b', firmwareUuid: 'b', firmwareVersion: '1.1.0' },
    ...{ archiveId: undefined, archiveUuid: undefined },
    ...{ concurrentUpdates: 10, failureThreshold: 50, deviceFailureThreshold: 3, deviceFailureRateAmount: 5 },
    ...{ deviceFailureRateSeconds: 180, penaltyTimeoutMinutes: 1440, updateTimeoutMinutes: 30 },
    ...{
      queueManagement: 'fifo',
      releaseNetworkInterfaces: [],
      releaseTags: [],
      lockDeviceMembership: false,
    },
    ...{ connectingCode: '', notes: '', phases: [], priorityQueueEnabled: false },
    ...{ priorityQueueConcurrentUpdates: 5, priorityQueueFirmwareVersionThreshold: '' },
    ...{ isActive: true, state: 'running', reason: '', release: 1, revision: 1 },
    ...{ createdAtMs: NOW_MS, updatedAtMs: NOW_MS },
    ...fields,
  };
}

/** An update to `b` that group-1 offered on the device's third session. */
export function update(fields: Partial<DeviceUpdate> = {}): DeviceUpdate {
  return {
    ...{ id: 'update-1', deviceId: 'device-1', organizationId: ORGANIZATION, status: 'requested' },
    ...{ progress: undefined, reason: '', startedAtMs: NOW_MS, updatedAtMs: NOW_MS, endedAtMs: undefined },
    ...{ firmwareUuid: 'b', firmwareVersion: '1.1.0', fromUuid: 'a', artifactId: 'artifact-b' },
    place: { groupId: 'group-1', groupNumber: 12, release: 1, queue: 'normal', slot: 0 },
    ...{ order: undefined, timeoutMinutes: 30, deadlineAtMs: NOW_MS + 1_800_000, epoch: 3n },
    ...{ offerUntilMs: NOW_MS + 30_000, offers: 1 },
    ...fields,
  };
}

export function held(of: Partial<FleetDevice> = {}, latest?: DeviceUpdate): Held {
  return { device: device(of), latest };
}

export function around(...groups: readonly DeploymentGroup[]): Surroundings {
  let ids = 0;
  return {
    nowMs: NOW_MS,
    groups: new Map(groups.map((each) => [each.id, each])),
    newId: () => {
      ids += 1;
      return `new-${ids}`;
    },
  };
}
