// Folding keeps order, drops what ended sessions say late, and survives anything that a device may send.
import { describe, expect, it } from 'vitest';
import { type FactsRecord, foldFacts } from './facts.js';

function record(fields: Partial<FactsRecord>): FactsRecord {
  const nothing = { profileJson: '', firmwareJson: '', reportedJson: '' };
  return { deviceNumber: 1n, epoch: 1n, sequence: 1, ...nothing, ...fields };
}

describe('foldFacts', () => {
  it('merges key by key, the later record over the earlier', () => {
    const { changes } = foldFacts([
      record({ profileJson: '{"model":"a","mac":"x"}' }),
      record({ sequence: 2, profileJson: '{"model":"b"}', reportedJson: '{"on":true}' }),
      record({ deviceNumber: 2n, firmwareJson: '{"uuid":"u"}' }),
    ]);
    expect(changes).toEqual([
      { deviceNumber: 1n, epoch: 1n, sequence: 2, profile: { model: 'b', mac: 'x' }, reported: { on: true } },
      { deviceNumber: 2n, epoch: 1n, sequence: 1, firmware: { uuid: 'u' } },
    ]);
  });

  it('does not let an ended session speak over a newer one', () => {
    const { changes } = foldFacts([
      record({ epoch: 2n, reportedJson: '{"on":true}' }),
      record({ epoch: 1n, sequence: 9, reportedJson: '{"on":false}' }),
    ]);
    expect(changes).toEqual([{ deviceNumber: 1n, epoch: 2n, sequence: 1, reported: { on: true } }]);
  });

  it.each([
    '[]',
    'null',
    '1',
    '{',
    `{"a":"${'x'.repeat(70_000)}"}`,
    `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
  ])('rejects a record that holds %.20s', (json) => {
    expect(foldFacts([record({ profileJson: json })])).toEqual({ changes: [], rejected: 1 });
  });

  it('takes out what the store cannot hold', () => {
    const { changes } = foldFacts([record({ profileJson: '{"a\\u0000b":["\\ud800x"]}' })]);
    expect(changes[0]?.profile).toEqual({ ab: ['\ufffdx'] });
  });
});
