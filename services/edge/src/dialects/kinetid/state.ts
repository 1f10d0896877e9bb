// What one Kinetid session remembers, and the bounds of it.

import { type Child, type Children, noChildren } from '../children.js';
import type { AdmittedDevice, Effect } from '../dialect.js';
import { type Held, type HoldRoom, holdRoom } from '../held.js';
import type { Message } from './wire.js';

/** What is known of a plug, the active one or one behind it. */
export interface Plug {
  readonly identifier: string;
  /** Absent until the registry has let it in. */
  device: AdmittedDevice | undefined;
  /** Names the run of the device that its report numbers belong to; from its hello. */
  boot: string | undefined;
  /** The last state and firmware said on this session: only a change becomes a fact. */
  on: boolean | undefined;
  firmware: string | undefined;
  /** Whether its unchanging facts were told on this session. */
  described: boolean;
  /** The last switch that nothing will answer; absent when there is none to watch for. */
  expected: ExpectedSwitch | undefined;
}

/** A switch written to a plug that does not answer: what it reports next may show that it obeyed. */
export interface ExpectedSwitch {
  readonly number: number;
  readonly on: boolean;
  /** From then on nothing is evidence any more; epoch ms. */
  readonly untilMs: number;
}

export type PassivePlug = Plug & Child<Message>;

export type Phase = 'hello' | 'admitting' | 'ready' | 'closed';

/**
 * Mutable and owned by its session: `step` hands back the same reference, so that a report allocates nothing but its
 * effects.
 */
export interface KinetidState {
  phase: Phase;
  /** 2 or more: the device takes answers. 1: it is sent commands only. */
  version: number;
  /** Set from the first hello on. */
  active: Plug | undefined;
  /** Messages that came while the active plug's admission is pending. */
  readonly held: Held<Message>[];
  readonly room: HoldRoom;
  readonly passives: Children<PassivePlug>;
  /** Bad messages in a row. */
  badRun: number;
}

export const HELLO_TIMEOUT_MS = 10_000;
const MAX_BAD_RUN = 3;
/** Homes have a few; the bound keeps one socket from filling the registry. */
export const MAX_PASSIVES = 64;
/** A refused passive plug is not asked about again within this time. */
export const REFUSED_FOR_MS = 60_000;
/** The same while the registry cannot answer. */
export const UNAVAILABLE_FOR_MS = 5_000;
/** A passive plug that sends heartbeats (every 4 s) is gone after this silence. */
export const HEARTBEAT_SILENCE_MS = 15_000;
/** One that only reports (every 60 s) is gone after this silence. */
export const REPORT_SILENCE_MS = 180_000;
/** Messages held per plug, and bytes held per session: one frame of the largest size at least fits. */
export const MAX_HELD = 16;
export const MAX_HELD_BYTES = 64 * 1024;

export function newState(): KinetidState {
  return {
    phase: 'hello',
    version: 1,
    active: undefined,
    held: [],
    room: holdRoom(MAX_HELD, MAX_HELD_BYTES),
    passives: noChildren(MAX_PASSIVES),
    badRun: 0,
  };
}

export function newPlug(identifier: string): Plug {
  return {
    identifier,
    device: undefined,
    boot: undefined,
    on: undefined,
    firmware: undefined,
    described: false,
    expected: undefined,
  };
}

/** Counts one bad message; the third in a row ends the connection (kinetid.md 4). */
export function countBad(state: KinetidState, what: string, out: Effect[]): void {
  out.push({ do: 'count', outcome: 'malformed', what });
  state.badRun += 1;
  if (state.badRun < MAX_BAD_RUN) return;
  state.phase = 'closed';
  out.push({ do: 'close', close: { code: 1008, text: 'Bad messages' }, reason: 'bad_messages' });
}

export function countIgnored(what: string, out: Effect[]): void {
  out.push({ do: 'count', outcome: 'ignored', what });
}
