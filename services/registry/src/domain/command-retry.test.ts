// What a failed command is worth: again at once, with back-off, when it joins, or no more.
import { describe, expect, it } from 'vitest';
import { afterFailure } from './command-retry.js';

const expiresInMs = 3_600_000;
const late = () => 0;
const failure = (retry: string, code = 'busy', message = '') => ({ code, retry, message });
const summary = (attempts: number, retry: string, leftMs = expiresInMs) => {
  const change = afterFailure({ attempts, expiresInMs: leftMs }, failure(retry), late);
  return [change.steps[0]?.state, change.steps[0]?.detail, change.dueInMs, change.attempted === true];
};

describe('a failure', () => {
  it.each([
    ['never', 0, ['failed', 'busy', undefined, false]],
    ['', 0, ['failed', 'busy', undefined, false]],
    ['sometimes', 0, ['failed', 'busy', undefined, false]],
    ['once', 0, ['queued', 'busy, again at once', 0, true]],
    ['once', 1, ['failed', 'busy', undefined, false]],
    ['rejoin', 0, ['queued', 'busy, again when it joins', undefined, true]],
    ['rejoin', 7, ['queued', 'busy, again when it joins', undefined, true]],
    ['rejoin', 8, ['failed', 'busy', undefined, false]],
  ] as const)('to be retried %s after %i attempts', (retry, attempts, expected) => {
    expect(summary(attempts, retry)).toEqual(expected);
  });

  it('backs off to a minute, eight times', () => {
    const delays = Array.from({ length: 9 }, (_, attempts) => summary(attempts, 'later')[2]);
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, undefined]);
    expect(summary(1, 'later')[1]).toBe('busy, again in 4 s');
    expect(summary(8, 'later')[0]).toBe('failed');
  });

  it('is not retried past the time that the command has', () => {
    expect(summary(2, 'later', 8_001)[0]).toBe('queued');
    expect(summary(2, 'later', 8_000)[0]).toBe('failed');
  });

  it('comes back up to a fifth sooner', () => {
    const sooner = afterFailure({ attempts: 0, expiresInMs }, failure('later'), () => 1);
    expect(sooner.dueInMs).toBeCloseTo(1_600);
  });

  it('is told in the words of the device, and named', () => {
    const failed = afterFailure({ attempts: 0, expiresInMs }, failure('never', 'plc_timeout', 'no carrier'));
    expect(failed).toMatchObject({
      steps: [{ state: 'failed', detail: 'no carrier' }],
      code: 'plc_timeout',
      settled: true,
    });
  });
});
