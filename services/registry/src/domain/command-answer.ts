// Decides what a device's answer means for the command that it names.
import { CommandState } from './command.js';
import { type Change, type Standing, settle } from './command-change.js';
import { afterFailure } from './command-retry.js';
import type { JsonObject } from './json.js';

/** A device's answer, made safe to keep. */
export interface Answer {
  /** Tells it from all other answers: the bus may bring it two times. */
  readonly id: string;
  readonly outcome: 'acknowledged' | 'succeeded' | 'failed';
  /** Only when it failed. */
  readonly code: string;
  readonly retry: string;
  readonly message: string;
  readonly result: JsonObject | undefined;
}

/** What an answer amounts to. */
export type Heard =
  | { readonly as: 'applied' | 'late'; readonly change: Change }
  | { readonly as: 'duplicate' | 'unknown' };

/** A device that keeps answering must not fill the timeline. */
const MAX_STEPS = 100;

const DUPLICATE: Heard = { as: 'duplicate' };

/** Never goes back from what a device has confirmed. `random` answers 0 to 1. */
export function hear(command: Standing, answer: Answer, random?: () => number): Heard {
  // Numbers come round: the answer must be for an earlier command of that number.
  if (command.sentAgoMs === undefined) return { as: 'unknown' };
  if (command.lastAnswer === answer.id || command.step >= MAX_STEPS) return DUPLICATE;
  switch (command.state) {
    case 'sent':
      return answer.outcome === 'failed'
        ? { as: 'applied', change: { ...afterFailure(command, answer, random), ...kept(answer) } }
        : { as: 'applied', change: confirmed(answer, detailOf(answer), skipsStep(command, answer)) };
    case 'acknowledged':
      return answer.outcome === 'succeeded'
        ? { as: 'applied', change: confirmed(answer, detailOf(answer)) }
        : DUPLICATE;
    case 'queued':
      // It was to be sent again, and what was sent before has worked after all.
      return answer.outcome === 'failed'
        ? DUPLICATE
        : { as: 'late', change: confirmed(answer, 'late answer') };
    case 'unconfirmed':
      return { as: 'late', change: promoted(answer) };
    case 'failed':
    case 'expired':
    case 'cancelled':
      return {
        as: 'late',
        change: { ...settle(command.state, `late answer: ${said(answer)}`), ...id(answer) },
      };
    case 'succeeded':
      return DUPLICATE;
  }
}

/** A plug's ack says at once that it has the command and that it has done it (kinetid.md 3.2). */
function skipsStep({ dialect }: Standing, { outcome, result }: Answer): boolean {
  return dialect === 'kinetid' && outcome === 'succeeded' && result?.['evidence'] === undefined;
}

function confirmed(answer: Answer, detail: string, withAck = false): Change {
  const ack = withAck ? [{ state: CommandState.acknowledged, detail: '' }] : [];
  const state = answer.outcome === 'succeeded' ? CommandState.succeeded : CommandState.acknowledged;
  return { steps: [...ack, { state, detail }], settled: true, code: '', ...kept(answer) };
}

function promoted(answer: Answer): Change {
  if (answer.outcome !== 'failed') return confirmed(answer, detailOf(answer) || 'late answer');
  return {
    ...settle(CommandState.failed, `late answer: ${said(answer)}`, { code: answer.code }),
    ...kept(answer),
  };
}

/** Evidence is named: nobody confirmed anything. */
function detailOf({ result }: Answer): string {
  const evidence = result?.['evidence'];
  return typeof evidence === 'string' ? `seen in what it says: ${evidence}` : '';
}

function said({ outcome, code, message }: Answer): string {
  return outcome === 'failed' ? message || code : outcome;
}

function id(answer: Answer): Pick<Change, 'lastAnswer'> {
  return { lastAnswer: answer.id };
}

function kept(answer: Answer): Pick<Change, 'lastAnswer' | 'result'> {
  return { ...id(answer), ...(answer.result === undefined ? {} : { result: answer.result }) };
}
