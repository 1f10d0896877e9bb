// Batches read into steps, and several steps of several devices taken in one go.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { applySteps } from '../domain/steps.js';
import { stepsOf } from './read-steps.js';

const organizations = [{ id: 'org-1', timeZone: 'UTC' }];
const sources = ['a', 'b'].map((id, index) => ({
  deviceNumber: BigInt(index),
  deviceId: `device-${id}`,
  organization: 0,
  epoch: 3n,
  dialect: 'nerveshub',
}));
const record = (source: number, sequence: number, status: string): bus.UpdateRecord => ({
  source,
  sequence,
  timeMs: 1000 + sequence,
  status,
  reason: '',
});

describe('a batch of steps', () => {
  it('names the device and organization of each', () => {
    const read = stepsOf({
      organizations,
      sources,
      records: [{ ...record(1, 7, 'updating'), progress: 12 }],
    });
    expect(read).toEqual({
      ok: true,
      steps: [
        {
          deviceId: 'device-b',
          organizationId: 'org-1',
          epoch: 3n,
          sequence: 7n,
          timeMs: 1007,
          status: 'updating',
          progress: 12,
          reason: '',
        },
      ],
    });
  });

  it('is refused when a record points nowhere', () => {
    expect(stepsOf({ organizations, sources, records: [record(2, 1, 'received')] }).ok).toBe(false);
    expect(stepsOf({ organizations: [], sources, records: [record(0, 1, 'received')] }).ok).toBe(false);
  });

  it('writes each update once, in its last state, and reports every step', () => {
    const records = [
      record(0, 1, 'received'),
      record(1, 1, 'received'),
      record(0, 2, 'failed'),
      record(0, 3, 'idle'),
    ];
    const read = stepsOf({ organizations, sources, records });
    if (!read.ok) throw new Error(read.reason);
    let ids = 0;
    const applied = applySteps(new Map(), read.steps, () => String(++ids));
    expect(applied.written.map(({ deviceId, status }) => [deviceId, status])).toEqual([
      ['device-a', 'failed'],
      ['device-b', 'received'],
    ]);
    expect(applied.outcomes.map(({ outcome }) => outcome.kind)).toEqual([
      'changed',
      'changed',
      'changed',
      'noted',
    ]);
  });
});
