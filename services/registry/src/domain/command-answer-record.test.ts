// What a device says is bounded before it is kept.
import { bus } from '@mooring/proto';
import { expect, it } from 'vitest';
import { readAnswer } from './command-answer-record.js';

const read = (fields: Partial<bus.CommandAnswer>) =>
  readAnswer('7/1/3', bus.CommandAnswer.fromPartial({ outcome: 'failed', ...fields }));

it('takes three outcomes and no other', () => {
  expect(read({ outcome: 'acknowledged' })?.id).toBe('7/1/3/acknowledged');
  expect(read({ outcome: 'maybe' })).toBeUndefined();
});

it('bounds codes, messages and results', () => {
  expect(read({ code: 'plc_timeout' })?.code).toBe('plc_timeout');
  expect(read({ code: 'a b' })?.code).toBe('device_error');
  expect(read({ code: '' })?.code).toBe('device_error');
  expect(read({ message: `a\u0000b${'x'.repeat(300)}` })?.message).toBe(`a b${'x'.repeat(197)}`);
  expect(read({ resultJson: '{"on":true}' })?.result).toEqual({ on: true });
  expect(read({ resultJson: '[' })?.result).toBeUndefined();
  expect(read({ resultJson: JSON.stringify({ a: 'x'.repeat(9_000) }) })?.result).toBeUndefined();
});
