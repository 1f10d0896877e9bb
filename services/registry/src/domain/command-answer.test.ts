// What answers amount to, in whichever order and however often they come.
import { describe, expect, it } from 'vitest';
import { standing } from './_standing.js';
import { CommandState } from './command.js';
import { type Answer, hear } from './command-answer.js';

function answer(outcome: Answer['outcome'], fields: Partial<Answer> = {}): Answer {
  const failure = outcome === 'failed' ? { code: 'busy', retry: 'never' } : { code: '', retry: '' };
  return { id: '1/1/1', outcome, message: '', result: undefined, ...failure, ...fields };
}

const outcomes = ['acknowledged', 'succeeded', 'failed'] as const;

/** What becomes of a command in `state`, by outcome. */
function table(state: CommandState) {
  return outcomes.map((outcome) => {
    const heard = hear(standing({ state }), answer(outcome));
    return 'change' in heard
      ? `${heard.as}: ${heard.change.steps.map((step) => step.state).join(', ')}`
      : heard.as;
  });
}

describe('an answer', () => {
  it.each([
    ['sent', ['applied: acknowledged', 'applied: succeeded', 'applied: failed']],
    ['acknowledged', ['duplicate', 'applied: succeeded', 'duplicate']],
    ['queued', ['late: acknowledged', 'late: succeeded', 'duplicate']],
    ['unconfirmed', ['late: acknowledged', 'late: succeeded', 'late: failed']],
    ['succeeded', ['duplicate', 'duplicate', 'duplicate']],
    ['failed', ['late: failed', 'late: failed', 'late: failed']],
    ['expired', ['late: expired', 'late: expired', 'late: expired']],
    ['cancelled', ['late: cancelled', 'late: cancelled', 'late: cancelled']],
  ] as const)('to a command that is %s', (state, expected) => {
    expect(table(state)).toEqual(expected);
  });

  it('covers every state', () => {
    for (const state of Object.values(CommandState)) expect(table(state)).toHaveLength(3);
  });

  it('to a number that this command was never sent under is another command’s', () => {
    expect(hear(standing({ state: 'queued', sentAgoMs: undefined }), answer('succeeded')).as).toBe('unknown');
  });

  it('that comes again is not applied again, though it would count', () => {
    const before = standing({ attempts: 1, lastAnswer: '1/1/1' });
    expect(hear(before, answer('failed', { retry: 'later' })).as).toBe('duplicate');
    expect(hear(before, answer('failed', { retry: 'later', id: '1/1/2' })).as).toBe('applied');
  });

  it('does not fill a timeline', () => {
    expect(hear(standing({ state: 'failed', step: 100 }), answer('failed')).as).toBe('duplicate');
  });

  it('of a plug says two things at once, unless it is evidence', () => {
    const steps = (result: Answer['result']) => {
      const heard = hear(standing({ dialect: 'kinetid' }), answer('succeeded', { result }));
      return 'change' in heard ? heard.change.steps : [];
    };
    expect(steps({ on: true })).toEqual([
      { state: 'acknowledged', detail: '' },
      { state: 'succeeded', detail: '' },
    ]);
    expect(steps({ on: true, evidence: 'report' })).toEqual([
      { state: 'succeeded', detail: 'seen in what it says: report' },
    ]);
  });

  it('keeps what the device said, and its own place', () => {
    const heard = hear(standing(), answer('succeeded', { result: { a: 1 } }));
    expect(heard).toMatchObject({
      change: { result: { a: 1 }, lastAnswer: '1/1/1', settled: true, code: '' },
    });
  });
});
