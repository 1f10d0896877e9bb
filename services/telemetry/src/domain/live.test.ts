// What is encoded by hand is what the generated decoder reads.
import { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import type { CheckedBatch } from './batch.js';
import { LiveMessages } from './live.js';

function batchOf(count: number, intervalS = 60): CheckedBatch {
  const each = Array.from({ length: count }, (_, index) => index);
  return {
    header: { node: 'n', boot: 'b', sequence: 1n, traceparents: [] },
    organizations: [
      { id: 'o1', timeZone: 'UTC' },
      { id: 'o2', timeZone: 'UTC' },
    ],
    sources: [
      { deviceNumber: 1n, deviceId: '0190-a', organization: 0, epoch: 1n, dialect: 'kinetid' },
      { deviceNumber: 2n, deviceId: 'ä'.repeat(100), organization: 1, epoch: 1n, dialect: 'camera' },
    ],
    metrics: ['power_w', 'rssi_dbm'],
    baseTimeMs: 1_750_000_000_000,
    source: each.map((index) => index % 2),
    metric: each.map((index) => index % 2),
    timeOffsetMs: each.map((index) => -index),
    value: each.map((index) => index / 3),
    intervalS: each.map(() => intervalS),
    sequence: each,
    reports: [],
  };
}

function decoded(messages: LiveMessages) {
  return messages.finish().map(({ organization, event }) => {
    const { event: content } = bus.LiveEvent.decode(event);
    return { organization, items: content?.$case === 'readings' ? content.value.items : [] };
  });
}

describe('live messages', () => {
  it('hold the readings of each organization', () => {
    const messages = new LiveMessages();
    expect(messages.add(batchOf(3), [1, 2], new Set())).toBe(3);
    expect(decoded(messages)).toEqual([
      {
        organization: 'o1',
        items: [
          { deviceId: '0190-a', metric: 'power_w', timeMs: 1_750_000_000_000, value: 0, intervalS: 60 },
          { deviceId: '0190-a', metric: 'power_w', timeMs: 1_749_999_999_998, value: 2 / 3, intervalS: 60 },
        ],
      },
      {
        organization: 'o2',
        items: [
          {
            deviceId: 'ä'.repeat(100),
            metric: 'rssi_dbm',
            timeMs: 1_749_999_999_999,
            value: 1 / 3,
            intervalS: 60,
          },
        ],
      },
    ]);
  });

  it.each([0, 1, 127, 128, 86_400, 2 ** 31 - 1])('carry an interval of %i s', (intervalS) => {
    const messages = new LiveMessages();
    messages.add(batchOf(1, intervalS), [1, 2], new Set());
    expect(decoded(messages)[0]?.items[0]?.intervalS).toBe(intervalS);
  });

  it('leave out what is skipped or has no number', () => {
    const messages = new LiveMessages();
    expect(messages.add(batchOf(4), [1, undefined], new Set([2]))).toBe(1);
    expect(decoded(messages).map(({ items }) => items.length)).toEqual([1]);
  });

  it('are split before they grow too large', () => {
    const messages = new LiveMessages();
    messages.add(batchOf(12_001), [1, 2], new Set());
    const all = messages.finish();
    expect(Math.max(...all.map(({ event }) => event.length))).toBeLessThanOrEqual(512 * 1024);
    const counts = all.map(({ event }) => {
      const { event: content } = bus.LiveEvent.decode(event);
      return content?.$case === 'readings' ? content.value.items.length : 0;
    });
    expect(Math.max(...counts)).toBeLessThanOrEqual(5_000);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12_001);
  });
});
