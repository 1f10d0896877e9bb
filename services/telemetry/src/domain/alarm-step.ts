// Decides what a reading means to a rule: whether its condition holds, for how long, and when an alarm begins and ends.
import type { AlarmRule } from './alarm-rule.js';

/** How a rule stands for a device. Times are epoch milliseconds of readings. */
export interface WatchState {
  /**
   * Whether an alarm may be raised. Not so once one was, until the condition has gone; nor, for `below`, before the value
   * has been up, so that what never ran does not finish.
   */
  readonly armed: boolean;
  /** An alarm is open. */
  readonly open: boolean;
  /** Since when the condition has held without a break. */
  readonly sinceMs: number | undefined;
  /** The newest reading that counted. */
  readonly lastMs: number | undefined;
  readonly lastValue: number | undefined;
}

export interface WatchedReading {
  readonly timeMs: number;
  readonly value: number;
  /** It covers so many seconds before its time; 0: a moment. */
  readonly intervalS: number;
}

/** The terms of a rule that decide. */
export type Terms = Pick<AlarmRule, 'condition' | 'threshold' | 'forS' | 'hysteresis'>;

export interface Step {
  readonly state: WatchState;
  readonly change?: 'raised' | 'cleared';
}

/** A clock that runs ahead by more is wrong, and its reading would make every right one an old one. */
const AHEAD_MS = 5 * 60_000;
/** Readings may be late, or one may be lost, before what lies between two of them is a gap. */
const LEAST_GAP_MS = 30_000;

/** Before the first reading. */
export function initialState({ condition }: Pick<Terms, 'condition'>): WatchState {
  return {
    armed: condition !== 'below',
    open: false,
    sinceMs: undefined,
    lastMs: undefined,
    lastValue: undefined,
  };
}

/** What a reading changes: nothing when it is not newer than the last one, or lies in the future. */
export function step(terms: Terms, state: WatchState, reading: WatchedReading, nowMs: number): Step {
  const { timeMs, value } = reading;
  if (timeMs <= (state.lastMs ?? Number.NEGATIVE_INFINITY) || timeMs > nowMs + AHEAD_MS) return { state };
  const seen = { ...state, lastMs: timeMs, lastValue: value };
  if (isGone(terms, reading, nowMs)) {
    const rested = { ...seen, armed: true, open: false, sinceMs: undefined };
    return state.open ? { state: rested, change: 'cleared' } : { state: rested };
  }
  if (!holds(terms, value)) return { state: { ...seen, sinceMs: undefined } };
  const sinceMs = beginning(state, reading);
  const held = { ...seen, sinceMs };
  if (!state.armed || timeMs - sinceMs < terms.forS * 1000) return { state: held };
  return { state: { ...held, armed: false, open: true }, change: 'raised' };
}

/** When a rule of silence is to raise its alarm; undefined when nothing was ever heard, or it may not. */
export function dueMs({ condition, forS }: Terms, { armed, lastMs }: WatchState): number | undefined {
  if (condition !== 'silence' || !armed || lastMs === undefined) return undefined;
  return lastMs + forS * 1000;
}

/** What silence changes, when everything that came until `heardUntilMs` has been heard. */
export function fallSilent(terms: Terms, state: WatchState, heardUntilMs: number): Step {
  const due = dueMs(terms, state);
  if (due === undefined || due > heardUntilMs) return { state };
  return { state: { ...state, armed: false, open: true }, change: 'raised' };
}

/** A person cleared the alarm: it comes again only after the condition has gone. */
export const clearedByHand = { armed: false, open: false } as const satisfies Partial<WatchState>;

/** The rule has another threshold or hysteresis: what was seen under the old one says nothing. */
export function underOtherTerms(terms: Terms, state: WatchState): WatchState {
  return { ...state, armed: !state.open && initialState(terms).armed, sinceMs: undefined };
}

function holds({ condition, threshold }: Terms, value: number): boolean {
  if (condition === 'above') return value > threshold;
  return condition === 'below' && value < threshold;
}

function isGone({ condition, threshold, forS, hysteresis }: Terms, reading: WatchedReading, nowMs: number) {
  switch (condition) {
    case 'above':
      return reading.value <= threshold - hysteresis;
    case 'below':
      return reading.value >= threshold + hysteresis;
    case 'silence':
      // What a device had buffered tells of then, not of now.
      return nowMs - reading.timeMs < forS * 1000;
  }
}

/** Where the condition began, if it holds at this reading: time without readings is no evidence, so a gap begins anew. */
function beginning({ sinceMs, lastMs }: WatchState, { timeMs, intervalS }: WatchedReading): number {
  const coverMs = intervalS * 1000;
  const startMs = Math.max(timeMs - coverMs, lastMs ?? Number.NEGATIVE_INFINITY);
  if (sinceMs === undefined || lastMs === undefined) return startMs;
  const gapMs = timeMs - coverMs - lastMs;
  // Between moments there is nothing but gaps, and the next one speaks for them.
  return intervalS === 0 || gapMs <= Math.max(2 * coverMs, LEAST_GAP_MS) ? sinceMs : startMs;
}
