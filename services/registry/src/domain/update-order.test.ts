// What the steps of an ordered update make of its command, in whichever order and however often they come.
import { describe, expect, it } from 'vitest';
import { standing } from './_standing.js';
import { CommandState } from './command.js';
import { hearOrder, ORDER_WITHIN_MS, readStep } from './update-order.js';

const outcomes = ['acknowledged', 'succeeded', 'failed'] as const;

function step(outcome: string, code = '') {
  const said = { commandNumber: 7, deviceNumber: 9n, outcome, code, message: '', atMs: 1 };
  const answer = readStep(said);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

describe('a step of an ordered update', () => {
  it.each([
    ['queued', ['applied: acknowledged', 'applied: succeeded', 'applied: failed']],
    ['sent', ['applied: acknowledged', 'applied: succeeded', 'applied: failed']],
    ['acknowledged', ['duplicate', 'applied: succeeded', 'applied: failed']],
    ['unconfirmed', ['duplicate', 'late: succeeded', 'late: failed']],
    ['succeeded', ['duplicate', 'duplicate', 'duplicate']],
    ['failed', ['duplicate', 'duplicate', 'duplicate']],
    ['expired', ['duplicate', 'duplicate', 'duplicate']],
    ['cancelled', ['duplicate', 'duplicate', 'duplicate']],
  ] as const)('of a command that is %s', (state, expected) => {
    const heard = outcomes.map((outcome) => hearOrder(standing({ state }), step(outcome)));
    expect(
      heard.map((each) =>
        'change' in each ? `${each.as}: ${each.change.steps.map((taken) => taken.state).join()}` : each.as,
      ),
    ).toEqual(expected);
  });

  it('covers every state', () => {
    for (const state of Object.values(CommandState))
      expect(hearOrder(standing({ state }), step('failed'))).toHaveProperty('as');
  });

  it('that says it began leaves the command waiting for the rest of its time', () => {
    const waiting = { written: true, retriesLeft: 0 };
    expect(hearOrder(standing({ sentAgoMs: 1_000 }), step('acknowledged'))).toMatchObject({
      change: { ...waiting, answerInMs: ORDER_WITHIN_MS - 1_000 },
    });
    expect(hearOrder(standing({ sentAgoMs: 1_000, timeoutS: 90 }), step('acknowledged'))).toMatchObject({
      change: { ...waiting, answerInMs: 89_000 },
    });
    expect(hearOrder(standing(), step('acknowledged'))).not.toHaveProperty('change.settled');
  });

  it('that says why it failed gives the command its code', () => {
    expect(hearOrder(standing({ state: 'acknowledged' }), step('failed', 'reverted'))).toMatchObject({
      change: { code: 'reverted', settled: true, steps: [{ state: 'failed', detail: 'reverted' }] },
    });
  });

  it('told twice counts once', () => {
    const { id } = step('acknowledged');
    expect(hearOrder(standing({ lastAnswer: id }), step('acknowledged'))).toEqual({ as: 'duplicate' });
  });

  it('of a command that was never sent is of another one', () => {
    expect(hearOrder(standing({ sentAgoMs: undefined }), step('succeeded'))).toEqual({ as: 'unknown' });
  });

  it('with an outcome that is none says nothing', () => {
    expect(
      readStep({ commandNumber: 7, deviceNumber: 9n, outcome: 'perhaps', code: '', message: '', atMs: 1 }),
    ).toBe(undefined);
  });
});
