// Which batches are refused, and why.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { checkBatch } from './batch.js';

const good: bus.ReadingBatch = {
  header: { node: 'edge-1', boot: 'b1', sequence: 1n, traceparents: [] },
  organizations: [{ id: 'o', timeZone: 'UTC' }],
  sources: [{ deviceNumber: 1n, deviceId: 'd', organization: 0, epoch: 1n, dialect: 'kinetid' }],
  metrics: ['power_w'],
  baseTimeMs: Date.UTC(2025, 5, 1),
  source: [0, 0],
  metric: [0, 0],
  timeOffsetMs: [-5, 0],
  value: [1, -2.5],
  intervalS: [60, 0],
  sequence: [1, 2],
  reports: [{ reading: 1, boot: 'b', seq: 4_000_000_000, entry: 0 }],
};

const source = good.sources[0] ?? { deviceNumber: 1n, deviceId: '', organization: 0, epoch: 1n, dialect: '' };

describe('a batch', () => {
  it('is taken when everything is in bounds', () => {
    expect(checkBatch(good)).toEqual({ ok: true, batch: good });
  });

  it.each<[string, Partial<bus.ReadingBatch>]>([
    ['no identity in the header', { header: undefined }],
    ['no identity in the header', { header: { node: '', boot: 'b', sequence: 1n, traceparents: [] } }],
    ['no identity in the header', { header: { node: 'n\u0000', boot: 'b', sequence: 1n, traceparents: [] } }],
    [
      'no identity in the header',
      { header: { node: 'n', boot: 'b', sequence: 2n ** 63n, traceparents: [] } },
    ],
    ['columns of different length', { value: [1] }],
    ['columns of different length', { intervalS: [] }],
    ['reading 1: no such source', { source: [0, 1] }],
    ['reading 0: no such metric', { metric: [1, 0] }],
    ['reading 0: value out of range', { value: [Number.NaN, 1] }],
    ['reading 1: value out of range', { value: [1, Number.NEGATIVE_INFINITY] }],
    ['reading 1: value out of range', { value: [1, 1e200] }],
    ['reading 0: time out of range', { baseTimeMs: Number.NaN }],
    ['reading 0: time out of range', { baseTimeMs: 0 }],
    ['reading 1: interval out of range', { intervalS: [0, 4_000_000_000] }],
    ['reading 0: sequence out of range', { sequence: [2 ** 31, 0] }],
    ['a source of no organization', { organizations: [] }],
    ['a source out of range', { sources: [{ ...source, deviceNumber: 2n ** 63n }] }],
    ['metric name "Power W"', { metrics: ['Power W'] }],
    ['metric name ""', { metrics: ['power_w', ''] }],
    ['a report of no reading', { reports: [{ reading: 2, boot: 'b', seq: 1, entry: 0 }] }],
    ['a report with an unstorable boot', { reports: [{ reading: 0, boot: '\u0000', seq: 1, entry: 0 }] }],
  ])('is refused: %s', (reason, changes) => {
    expect(checkBatch({ ...good, ...changes })).toEqual({ ok: false, reason });
  });
});
