// Decides what a step of an ordered update means for the command that ordered it.
import type { bus } from '@mooring/proto';
import { CommandState } from './command.js';
import type { Answer, Heard } from './command-answer.js';
import { readAnswer } from './command-answer-record.js';
import { type Change, type Standing, settle } from './command-change.js';

/**
 * How long a command waits for the end of its update, in milliseconds. firmware-update ends each update by a deadline of
 * its own and says so; this is for when even that is lost.
 */
export const ORDER_WITHIN_MS = 86_400_000;

/** The step as an answer; undefined when its outcome is none. The same step told twice is the same answer. */
export function readStep(step: bus.UpdateOrderStep): Answer | undefined {
  const { deviceNumber, commandNumber, outcome, code, message } = step;
  const said = { number: commandNumber, outcome, code, retry: 'never', message, resultJson: '' };
  return readAnswer(`order/${deviceNumber}/${commandNumber}`, said);
}

/** Unlike a device's answer, an acknowledgement ends nothing: the update has begun, and may still fail. */
export function hearOrder(command: Standing, answer: Answer): Heard {
  if (command.sentAgoMs === undefined) return { as: 'unknown' };
  const { lastAnswer } = command;
  if (lastAnswer === answer.id) return { as: 'duplicate' };
  switch (command.state) {
    case 'queued':
    case 'sent':
      return { as: 'applied', change: stepOf(command, answer) };
    case 'acknowledged':
      return answer.outcome === 'acknowledged'
        ? { as: 'duplicate' }
        : { as: 'applied', change: ended(answer) };
    case 'unconfirmed':
      return answer.outcome === 'acknowledged' ? { as: 'duplicate' } : { as: 'late', change: ended(answer) };
    case 'succeeded':
    case 'failed':
    case 'expired':
    case 'cancelled':
      return { as: 'duplicate' };
  }
}

function stepOf(command: Standing, answer: Answer): Change {
  if (answer.outcome !== 'acknowledged') return ended(answer);
  const limitMs = command.timeoutS === undefined ? ORDER_WITHIN_MS : command.timeoutS * 1_000;
  return {
    steps: [{ state: CommandState.acknowledged, detail: answer.message }],
    // It was taken, whether the reply that said so came or not.
    written: true,
    retriesLeft: 0,
    answerInMs: Math.max(0, limitMs - (command.sentAgoMs ?? 0)),
    lastAnswer: answer.id,
  };
}

function ended({ outcome, code, message, id }: Answer): Change {
  return outcome === 'succeeded'
    ? settle(CommandState.succeeded, message, { code: '', lastAnswer: id })
    : settle(CommandState.failed, message === '' ? code : message, { code, lastAnswer: id });
}
