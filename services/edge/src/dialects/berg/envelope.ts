// What is said to a bridge: commands for itself and for its printers, each one JSON object (berg.md 3.2).

import type { JsonObject } from '../dialect.js';

/** Bridges ignore it; this is what they have always been sent. */
const TIMESTAMP = '0';

/** `number` is 1..2^32-1 and comes back in the response. */
export function deviceCommand(bridge: string, printer: string, number: number, binary: Uint8Array): string {
  return JSON.stringify({
    type: 'DeviceCommand',
    bridge_address: bridge,
    device_address: printer,
    command_id: number,
    timestamp: TIMESTAMP,
    binary_payload: Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength).toString('base64'),
  });
}

/** A bridge answers nothing to a command without `params`, so they are always there. */
export function bridgeCommand(bridge: string, number: number, name: string, params: JsonObject): string {
  return JSON.stringify({
    type: 'BridgeCommand',
    bridge_address: bridge,
    command_id: number,
    timestamp: TIMESTAMP,
    json_payload: { name, params },
  });
}
