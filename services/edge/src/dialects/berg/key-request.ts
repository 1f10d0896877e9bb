// A printer asks for its link key: passed on so that it may be answered, and seldom noted in the bridge's log.

import type { AdmittedDevice, Effect } from '../dialect.js';
import { control, log } from './printer-record.js';
import {
  type BergState,
  countIgnored,
  KEY_LOG_QUIET_MS,
  KEY_REQUEST_QUIET_MS,
  MAX_KEY_REQUESTS,
} from './state.js';

/** Asking does not let the printer in: it is not on the network, and may be a neighbour's. */
export function noteKeyRequest(
  state: BergState,
  bridge: AdmittedDevice,
  printer: string,
  now: number,
  out: Effect[],
): void {
  const logged = noteIfDue(state.keysLogged, printer, KEY_LOG_QUIET_MS, now);
  const raised = noteIfDue(state.keysRaised, printer, KEY_REQUEST_QUIET_MS, now);
  if (logged === 'due') {
    const fields = { device_address: printer };
    const line = { name: 'key_required', level: 'info', message: 'A printer asks for its key' } as const;
    log(bridge, { ...line, fields }, now, out);
  }
  if (raised === 'due') control(bridge, { is: 'key_request', address: printer }, now, out);
  if (raised === 'early') countIgnored('key_request_repeated', out);
  if (logged === 'full' || raised === 'full') countIgnored('key_requests_over_limit', out);
}

/** Early within `quietMs` of the last time it was due for this printer; full while too many others are that. */
function noteIfDue(
  noted: Map<string, number>,
  printer: string,
  quietMs: number,
  now: number,
): 'due' | 'early' | 'full' {
  const last = noted.get(printer);
  if (last !== undefined && now - last < quietMs) return 'early';
  if (last === undefined && !hasRoom(noted, quietMs, now)) return 'full';
  noted.set(printer, now);
  return 'due';
}

function hasRoom(noted: Map<string, number>, quietMs: number, now: number): boolean {
  if (noted.size < MAX_KEY_REQUESTS) return true;
  for (const [printer, last] of noted) {
    if (now - last >= quietMs) noted.delete(printer);
  }
  return noted.size < MAX_KEY_REQUESTS;
}
