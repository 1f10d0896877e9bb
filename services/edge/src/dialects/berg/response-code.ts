// What bridges answer to commands, by name, and what to do about each failure (berg.md 3.3 and 3.7).

import type { ControlContent } from '../dialect.js';

/** As in `ControlContent`. */
type Retry = NonNullable<Extract<ControlContent, { is: 'answer' }>['retry']>;

export interface Failure {
  readonly name: string;
  readonly retry: Retry;
  /** For a person, where the name does not say it all. */
  readonly message?: string;
}

const DEVICE_FAILURES: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [0x01, { name: 'eui64_not_found', retry: 'rejoin' }],
  [
    0x02,
    {
      name: 'failed_network',
      retry: 'later',
      message: 'The printer did not answer over the radio; what was sent may have arrived all the same',
    },
  ],
  [0x20, { name: 'invalid_sequence', retry: 'once' }],
  [0x30, { name: 'busy', retry: 'later' }],
  [0x80, { name: 'invalid_size', retry: 'never' }],
  [0x81, { name: 'invalid_devicetype', retry: 'never' }],
  [0x82, { name: 'filesystem_error', retry: 'once' }],
  [0x90, { name: 'filesystem_invalid_id', retry: 'never' }],
  [0x91, { name: 'filesystem_no_free_filehandles', retry: 'later' }],
  [0x92, { name: 'filesystem_write_error', retry: 'once' }],
  [0xe0, { name: 'queue_full', retry: 'later' }],
  [0xff, { name: 'bridge_error', retry: 'later' }],
]);

/** To a command for itself a bridge says 1 when it does not know the name; other numbers are its radio's own. */
const BRIDGE_FAILURES: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [0x01, { name: 'unknown_command', retry: 'never' }],
  [0xff, { name: 'bridge_error', retry: 'later' }],
]);

/** Undefined when the command was carried out, which a response without a code means too. */
export function failureOf(to: 'device' | 'bridge', returnCode: number | null): Failure | undefined {
  if (returnCode === null || returnCode === 0) return undefined;
  const known = (to === 'device' ? DEVICE_FAILURES : BRIDGE_FAILURES).get(returnCode);
  // Numbers are bytes on the radio, but what a bridge writes is kept as it is, whatever it is.
  return known ?? { name: `unknown_${String(returnCode).replace('-', 'minus_')}`, retry: 'never' };
}
