// What one bridge's session remembers, and the bounds of it.

import { type Child, type Children, noChildren } from '../children.js';
import type { AdmittedDevice, Effect } from '../dialect.js';
import { type Held, type HoldRoom, holdRoom } from '../held.js';
import type { BergMessage, PrinterMessage } from './wire.js';

export type Printer = Child<PrinterMessage>;

/** Mutable and owned by its session: `step` hands back the same reference. */
export interface BergState {
  phase: 'unidentified' | 'admitting' | 'ready' | 'closed';
  /** 16 hex digits; empty until the first valid message. */
  bridge: string;
  /** Absent until the registry has let the bridge in. */
  device: AdmittedDevice | undefined;
  /** Messages that came while the bridge's admission is pending. */
  readonly held: Held<BergMessage>[];
  readonly room: HoldRoom;
  readonly printers: Children<Printer>;
  /** Printer that asked for its key → when that was last logged. */
  readonly keysLogged: Map<string, number>;
  /** Printer that asked for its key → when that was last passed on. */
  readonly keysRaised: Map<string, number>;
  /** Malformed messages in a row. */
  malformedRun: number;
}

/** Nothing on the wire says when the first message comes; up to 5 s are known, so 30 are safe (berg.md 2.2). */
export const IDENTIFY_TIMEOUT_MS = 30_000;
/** A bridge is never dropped for a few bad messages, only for a flood of them. */
export const MAX_MALFORMED_RUN = 50;
/** A bridge holds the keys of 16 printers (berg.md 3.3). */
export const MAX_PRINTERS = 16;
/** Printers beat every 10 s. */
export const PRINTER_SILENCE_MS = 60_000;
export const REFUSED_FOR_MS = 60_000;
export const UNAVAILABLE_FOR_MS = 5_000;
export const MAX_HELD = 16;
export const MAX_HELD_BYTES = 256 * 1024;
/** An unclaimed printer asks every 30 s, maybe for ever, and maybe it is a neighbour's. */
export const KEY_LOG_QUIET_MS = 600_000;
export const KEY_REQUEST_QUIET_MS = 10_000;
/** Printers whose requests are remembered, for either. */
export const MAX_KEY_REQUESTS = 64;

export function newState(): BergState {
  return {
    phase: 'unidentified',
    bridge: '',
    device: undefined,
    held: [],
    room: holdRoom(MAX_HELD, MAX_HELD_BYTES),
    printers: noChildren(MAX_PRINTERS),
    keysLogged: new Map(),
    keysRaised: new Map(),
    malformedRun: 0,
  };
}

export function countIgnored(what: string, out: Effect[]): void {
  out.push({ do: 'count', outcome: 'ignored', what });
}
