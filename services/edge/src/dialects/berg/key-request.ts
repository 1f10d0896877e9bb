// A printer that asks for its link key is noted in the bridge's log, seldom: it asks every 30 s until it has one.

import type { AdmittedDevice, Effect } from '../dialect.js';
import { log } from './printer-record.js';
import { type BergState, countIgnored, KEY_REQUEST_QUIET_MS, MAX_KEY_REQUESTS } from './state.js';

/** Asking does not let the printer in: it is not on the network, and may be a neighbour's. */
export function noteKeyRequest(
  state: BergState,
  bridge: AdmittedDevice,
  printer: string,
  now: number,
  out: Effect[],
): void {
  const logged = state.keyRequests.get(printer);
  if (logged !== undefined && now - logged < KEY_REQUEST_QUIET_MS) {
    countIgnored('key_request_repeated', out);
    return;
  }
  if (logged === undefined && !hasRoom(state, now)) {
    countIgnored('key_requests_over_limit', out);
    return;
  }
  state.keyRequests.set(printer, now);
  const fields = { device_address: printer };
  log(
    bridge,
    { name: 'key_required', level: 'info', message: 'A printer asks for its key', fields },
    now,
    out,
  );
}

function hasRoom(state: BergState, now: number): boolean {
  if (state.keyRequests.size < MAX_KEY_REQUESTS) return true;
  for (const [printer, logged] of state.keyRequests) {
    if (now - logged >= KEY_REQUEST_QUIET_MS) state.keyRequests.delete(printer);
  }
  return state.keyRequests.size < MAX_KEY_REQUESTS;
}
