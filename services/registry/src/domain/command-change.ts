// What decisions about a command are made from, and what they say is to change.
import type { CommandState } from './command.js';
import type { JsonObject } from './json.js';

/** A command as it stands while its row is locked, and its device. */
export interface Standing {
  readonly state: CommandState;
  readonly dialect: string;
  /** How many steps its timeline has. */
  readonly step: number;
  /** How often it was sent anew after a failure or a restart of the device. */
  readonly attempts: number;
  /** How often it was written again without an answer. */
  readonly repeats: number;
  /** -1 until its edge has said how often it may be written again. */
  readonly retriesLeft: number;
  readonly written: boolean;
  readonly repeatable: boolean;
  /** Undefined for one that was never sent. */
  readonly sentAgoMs: number | undefined;
  readonly sentConnection: string;
  readonly sentEpoch: bigint;
  readonly expiresInMs: number;
  readonly timeoutS: number | undefined;
  readonly lastAnswer: string;
  readonly deviceOnline: boolean;
  readonly deviceEpoch: bigint;
}

export interface StepTaken {
  readonly state: CommandState;
  readonly detail: string;
}

/** Absent members stay as they are, except those that say so. */
export interface Change {
  /** The steps that the timeline gains; the last one's state is the command's. */
  readonly steps: readonly StepTaken[];
  /** When it may be sent; absent: not before its device connects, or never again. */
  readonly dueInMs?: number | undefined;
  /** When its answer is overdue; absent: none is awaited. */
  readonly answerInMs?: number | undefined;
  readonly written?: boolean;
  readonly repeatable?: boolean;
  readonly retriesLeft?: number;
  /** Written once more under the same number. */
  readonly repeated?: boolean;
  /** To be sent anew. */
  readonly attempted?: boolean;
  readonly code?: string;
  readonly result?: JsonObject | undefined;
  readonly lastAnswer?: string;
  /** Nothing more is done for it. */
  readonly settled?: boolean;
}

/** How often the device may have been given the command before, as the wire to the edge says it. */
export function repeatOf({ attempts, repeats }: Pick<Standing, 'attempts' | 'repeats'>): number {
  return attempts + repeats;
}

/** The last change: this state, for this reason. */
export function settle(state: CommandState, detail: string, also: Partial<Change> = {}): Change {
  return { ...also, steps: [{ state, detail }], settled: true };
}
