// The names of what a bridge answers to a command (berg.md 3.7).

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'success'],
  [0x01, 'eui64_not_found'],
  [0x02, 'failed_network'],
  [0x20, 'invalid_sequence'],
  [0x30, 'busy'],
  [0x80, 'invalid_size'],
  [0x81, 'invalid_devicetype'],
  [0x82, 'filesystem_error'],
  [0x90, 'filesystem_invalid_id'],
  [0x91, 'filesystem_no_free_filehandles'],
  [0x92, 'filesystem_write_error'],
  [0xe0, 'queue_full'],
  [0xff, 'bridge_error'],
]);

/** A response without a code means that the command was carried out. */
export function responseName(returnCode: number | null): string {
  return returnCode === null ? 'success' : (NAMES.get(returnCode) ?? 'unknown');
}
