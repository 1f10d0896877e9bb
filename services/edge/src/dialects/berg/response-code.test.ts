// The names of response codes, and what is to be done about each.
import { expect, it } from 'vitest';
import { vectorsOf } from '../_drive.js';
import { failureOf } from './response-code.js';

it.each(vectorsOf('berg', 'device_command_response'))('$name', ({ expected }) => {
  expect(failureOf('device', Number(expected['return_code']))?.name).toBe(expected['meaning']);
});

it.each([null, 0])('%j is no failure', (returnCode) => {
  expect(failureOf('device', returnCode)).toBeUndefined();
  expect(failureOf('bridge', returnCode)).toBeUndefined();
});

it.each([
  [0x01, 'eui64_not_found', 'rejoin'],
  [0x02, 'failed_network', 'later'],
  [0x20, 'invalid_sequence', 'once'],
  [0x30, 'busy', 'later'],
  [0x80, 'invalid_size', 'never'],
  [0x81, 'invalid_devicetype', 'never'],
  [0x82, 'filesystem_error', 'once'],
  [0x90, 'filesystem_invalid_id', 'never'],
  [0x91, 'filesystem_no_free_filehandles', 'later'],
  [0x92, 'filesystem_write_error', 'once'],
  [0xe0, 'queue_full', 'later'],
  [0xff, 'bridge_error', 'later'],
  [77, 'unknown_77', 'never'],
  [-1, 'unknown_minus_1', 'never'],
])('%i of a printer is %s, again: %s', (returnCode, name, retry) => {
  expect(failureOf('device', returnCode)).toMatchObject({ name, retry });
});

it.each([
  [0x01, 'unknown_command', 'never'],
  [0xff, 'bridge_error', 'later'],
  [0x70, 'unknown_112', 'never'],
])('%i of a bridge about itself is %s, again: %s', (returnCode, name, retry) => {
  expect(failureOf('bridge', returnCode)).toEqual({ name, retry });
});

it('says that a print may have arrived when the printer did not answer', () => {
  expect(failureOf('device', 2)?.message).toContain('may have arrived');
});
