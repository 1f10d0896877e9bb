// Answers, key requests and hellos come out of a batch as they went in.
import { bus } from '@mooring/proto';
import { expect, it } from 'vitest';
import type { AdmittedDevice, ControlContent } from '../dialects/dialect.js';
import { controlBuilder } from './control-records.js';

const device: AdmittedDevice = {
  id: 'id-1',
  number: 1n,
  organizationId: 'o',
  timeZone: 'UTC',
  epoch: 7n,
  identifier: '1',
};
const event = (content: ControlContent) => ({ kind: 'control', device, timeMs: 5, content }) as const;
const header = { node: 'n', boot: 'b', sequence: 1n, traceparents: [] };

it('names the device once and keeps each record whole, in order', () => {
  const builder = controlBuilder();
  const contents: ControlContent[] = [
    { is: 'answer', number: 4_294_967_295, outcome: 'succeeded', result: { on: true } },
    { is: 'answer', number: 2, outcome: 'failed', code: 'busy', retry: 'later', message: 'm' },
    { is: 'key_request', address: '000d6f000273ab12' },
    { is: 'arrival', instance: '12.5', started: true },
    { is: 'arrival', started: false },
  ];
  for (const [index, content] of contents.entries())
    expect(builder.add(event(content), 'berg', index + 1)).toBeUndefined();
  const batch = bus.ControlBatch.decode(builder.encode(header));
  expect(batch.sources).toMatchObject([{ deviceNumber: 1n, epoch: 7n, dialect: 'berg' }]);
  expect(batch.records.map(({ source, sequence, timeMs }) => [source, sequence, timeMs])).toEqual(
    contents.map((_, index) => [0, index + 1, 5]),
  );
  const nothing = { code: '', retry: '', message: '', resultJson: '' };
  expect(batch.records.map(({ content }) => content)).toEqual([
    {
      $case: 'answer',
      value: { ...nothing, number: 4_294_967_295, outcome: 'succeeded', resultJson: '{"on":true}' },
    },
    {
      $case: 'answer',
      value: { ...nothing, number: 2, outcome: 'failed', code: 'busy', retry: 'later', message: 'm' },
    },
    { $case: 'keyRequest', value: { deviceAddress: '000d6f000273ab12' } },
    { $case: 'arrival', value: { instance: '12.5', started: true } },
    { $case: 'arrival', value: { instance: '', started: false } },
  ]);
});

it('refuses a result that would not fit a bus message', () => {
  const result = { text: 'x'.repeat(200_000) };
  const answer: ControlContent = { is: 'answer', number: 1, outcome: 'succeeded', result };
  expect(controlBuilder().add(event(answer), 'berg', 1)).toBe('record_too_big');
});
