// What a group may be told to be.
import { describe, expect, it } from 'vitest';
import { bounds, checked, type GivenSettings, wireName, withDefaults } from './settings.js';

const empty: GivenSettings = {
  name: 'nightly',
  product: 'demo',
  platform: '',
  architecture: '',
  conditions: { version: '', tags: [], tagOperator: '' },
  concurrentUpdates: 0,
  failureThreshold: 0,
  deviceFailureThreshold: 0,
  deviceFailureRateAmount: 0,
  deviceFailureRateSeconds: 0,
  penaltyTimeoutMinutes: 0,
  updateTimeoutMinutes: 0,
  queueManagement: '',
  releaseNetworkInterfaces: [],
  releaseTags: [],
  lockDeviceMembership: false,
  connectingCode: '',
  notes: '',
  phases: [],
  priorityQueueEnabled: false,
  priorityQueueConcurrentUpdates: 0,
  priorityQueueFirmwareVersionThreshold: '',
};
const given = withDefaults(empty);
const wrong = (change: Partial<GivenSettings>): readonly string[] => {
  const found = checked({ ...given, ...change });
  return Array.isArray(found) ? found.map(({ field }) => field) : [];
};

describe('settings', () => {
  it('of nothing are the defaults of nerveshub.md 5.1', () => {
    expect(checked(given)).toMatchObject({
      concurrentUpdates: 10,
      failureThreshold: 50,
      deviceFailureThreshold: 3,
      deviceFailureRateAmount: 5,
      deviceFailureRateSeconds: 180,
      penaltyTimeoutMinutes: 1440,
      updateTimeoutMinutes: 30,
      queueManagement: 'fifo',
      conditions: { tagOperator: 'and' },
    });
  });

  it.each(Object.entries(bounds))('%s have bounds', (key, [, least, most]) => {
    expect(wrong({ [key]: least })).toEqual([]);
    expect(wrong({ [key]: most })).toEqual([]);
    for (const value of [least - 1, most + 1, 1.5, Number.NaN]) {
      expect(wrong({ [key]: value })).toEqual([wireName(key)]);
    }
  });

  it.each([
    [{ name: ' ' }, 'name'],
    [{ name: 'a\0' }, 'name'],
    [{ connectingCode: 'x'.repeat(16_385) }, 'connecting_code'],
    [{ queueManagement: 'random' }, 'queue_management'],
    [{ releaseNetworkInterfaces: ['carrier-pigeon'] }, 'release_network_interfaces'],
    [{ releaseTags: [''] }, 'release_tags'],
    [{ conditions: { version: '^1.0.0', tags: [], tagOperator: 'and' } }, 'conditions.version'],
    [{ conditions: { version: '', tags: [], tagOperator: 'xor' } }, 'conditions.tag_operator'],
    [{ priorityQueueEnabled: true }, 'priority_queue_firmware_version_threshold'],
    [{ priorityQueueFirmwareVersionThreshold: '1.0' }, 'priority_queue_firmware_version_threshold'],
    [{ phases: [{ size: { percent: 101 }, soakMinutes: 0 }] }, 'phases.0.percent'],
    [{ phases: [{ size: { count: 0 }, soakMinutes: 0 }] }, 'phases.0.count'],
    [{ phases: [{ size: { count: 5 }, soakMinutes: -1 }] }, 'phases.0.soak_minutes'],
  ] as const)('%j are wrong at %s', (change, field) => {
    expect(wrong(change as Partial<GivenSettings>)).toEqual([field]);
  });

  it('has phases that grow', () => {
    const of = (...percents: number[]) => percents.map((percent) => ({ size: { percent }, soakMinutes: 5 }));
    expect(wrong({ phases: of(1, 10, 10, 100) })).toEqual([]);
    expect(wrong({ phases: of(10, 5) })).toEqual(['phases.1.percent']);
  });
});
