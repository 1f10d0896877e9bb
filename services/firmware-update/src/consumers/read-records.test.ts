// Batches read into what devices reported.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { recordsOf } from './read-records.js';

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
    const read = recordsOf({
      organizations,
      sources,
      records: [{ ...record(1, 7, 'updating'), progress: 12 }],
    });
    expect(read).toEqual({
      ok: true,
      records: [
        {
          kind: 'step',
          deviceId: 'device-b',
          deviceNumber: 1n,
          organizationId: 'org-1',
          epoch: 3n,
          sequence: 7n,
          timeMs: 1007,
          status: 'updating',
          progress: 12,
          reason: '',
          delayMs: undefined,
        },
      ],
    });
  });

  it('is refused when a record points nowhere', () => {
    expect(recordsOf({ organizations, sources, records: [record(2, 1, 'received')] }).ok).toBe(false);
    expect(recordsOf({ organizations: [], sources, records: [record(0, 1, 'received')] }).ok).toBe(false);
  });

  it('tells joins, validations and networks from steps', () => {
    const joined = {
      ...{ uuid: 'ABC', product: 'demo', platform: 'rpi0', architecture: 'arm', version: '1.0.0' },
      ...{ reverted: false, downloadingUuid: '', apiVersion: '2.3.0', fwupVersion: '1.10.0' },
      ...{ wantsFirmwareKeys: true, wantsArchiveKeys: false },
    };
    const records = [
      { ...record(0, 1, 'joined'), joined },
      record(0, 2, 'validated'),
      { ...record(0, 3, 'network'), network: 'wifi' },
      { ...record(0, 4, 'rescheduled'), delayS: 900 },
      // Without what it is about it is a word that nobody knows.
      record(0, 5, 'joined'),
    ];
    const read = recordsOf({ organizations, sources, records });
    if (!read.ok) throw new Error(read.reason);
    expect(read.records).toMatchObject([
      { kind: 'joined', join: { firmwareUuid: 'abc', validation: 'unknown', wantsFirmwareKeys: true } },
      { kind: 'validated' },
      { kind: 'network', network: 'wifi' },
      { kind: 'step', status: 'rescheduled', delayMs: 900_000 },
      { kind: 'step', status: 'joined' },
    ]);
  });

  it('says what a device says of its firmware, and bounds it', () => {
    const joined = (validated: boolean | undefined) => ({
      ...{ uuid: 'a', product: 'x'.repeat(1_000), platform: 'nul\0', architecture: '', version: '' },
      ...{ reverted: true, downloadingUuid: 'B', apiVersion: '', fwupVersion: '' },
      ...{
        wantsFirmwareKeys: false,
        wantsArchiveKeys: false,
        ...(validated === undefined ? {} : { validated }),
      },
    });
    const said = [true, false].map((validated, index) => {
      const records = [{ ...record(0, index + 1, 'joined'), joined: joined(validated) }];
      const read = recordsOf({ organizations, sources, records });
      return read.ok && read.records[0]?.kind === 'joined' ? read.records[0].join : undefined;
    });
    expect(said).toMatchObject([
      { validation: 'validated', platform: 'nul', downloadingUuid: 'b', reverted: true },
      { validation: 'not_validated' },
    ]);
    expect(said[0]?.product).toHaveLength(255);
  });
});
