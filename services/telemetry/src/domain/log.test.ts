// What of a device's words is kept, and which batches are refused.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { checkLog } from './log.js';

const record: bus.LogRecord = {
  source: 0,
  sequence: 3,
  timeMs: Date.UTC(2025, 5, 1),
  name: 'power_on',
  level: 'info',
  message: 'hello',
  fieldsJson: '{"a":1}',
};

function batchOf(changes: Partial<bus.LogRecord>): bus.LogBatch {
  return {
    header: { node: 'n', boot: 'b', sequence: 1n, traceparents: [] },
    organizations: [],
    sources: [{ deviceNumber: 4n, deviceId: 'd', organization: 0, epoch: 2n, dialect: 'berg' }],
    records: [{ ...record, ...changes }],
  };
}

function entryOf(changes: Partial<bus.LogRecord>) {
  const checked = checkLog(batchOf(changes));
  return checked.ok ? checked.entries[0] : checked.reason;
}

describe('a log batch', () => {
  it('becomes rows', () => {
    expect(entryOf({})).toEqual({
      deviceNumber: 4n,
      epoch: 2n,
      sequence: 3,
      timeMs: record.timeMs,
      name: 'power_on',
      level: 'info',
      message: 'hello',
      fields: '{"a":1}',
    });
  });

  it.each([
    ['', '{}'],
    ['{"a":"\\u0000"}', '{"a":"\\ufffd"}'],
    ['{"a":"\\\\u0000"}', '{"a":"\\\\u0000"}'],
    ['{"a":"\\ud83d\\ude00"}', '{"a":"😀"}'],
    ['{"a":"\\ud83d"}', '{"a":"\\ufffd"}'],
  ])('keeps fields %s as %s', (fieldsJson, fields) => {
    expect(entryOf({ fieldsJson })).toMatchObject({ fields });
  });

  it('keeps a message without what Postgres cannot hold', () => {
    expect(entryOf({ message: `a\u0000b${'x'.repeat(10_000)}` })).toMatchObject({
      message: `a\ufffdb${'x'.repeat(8_189)}`,
    });
  });

  it.each<[Partial<bus.LogRecord>, string]>([
    [{ source: 1 }, 'record 0: no such source'],
    [{ timeMs: Number.POSITIVE_INFINITY }, 'record 0: time out of range'],
    [{ name: '' }, 'record 0: name or level'],
    [{ fieldsJson: '[1]' }, 'record 0: fields are no JSON object'],
    [{ fieldsJson: '{' }, 'record 0: fields are no JSON object'],
  ])('is refused for %o', (changes, reason) => {
    expect(entryOf(changes)).toBe(reason);
  });
});
