// What follows when the socket closes, a request is refused or a session ends.
import { describe, expect, it } from 'vitest';
import { problemCodes } from './problem.js';
import { afterClose, afterEnd, afterFailure, afterRefusal, endsSession } from './verdict.js';

describe('after a close', () => {
  it.each([
    [1001, 'Going away', 'soon', 'busy'],
    [1013, 'Try again later', 'usual', 'busy'],
    [1008, 'Invalid token', 'never', 'invalid_token'],
    [1008, 'Missing token', 'never', 'invalid_token'],
    [1008, 'Unauthorized', 'never', 'unauthorized'],
    [1008, 'Rate limit exceeded', 'slow', 'rate_limited'],
    [1008, 'Hello timeout', 'slow', 'bad_request'],
    [1008, '', 'slow', 'bad_request'],
    [1003, 'Text frames only', 'slow', 'bad_request'],
    [1009, 'Message too big', 'slow', 'bad_request'],
    [1000, '', 'usual', 'unreachable'],
    [1006, '', 'usual', 'unreachable'],
    [1011, 'Internal error', 'usual', 'unreachable'],
    [4999, 'whatever', 'usual', 'unreachable'],
  ])('%i "%s": %s, %s', (code, reason, pace, problem) => {
    const verdict = afterClose(code, reason);
    expect([verdict.pace, verdict.problem.code]).toEqual([pace, problem]);
    expect(verdict.problem.message).not.toBe('');
  });
});

describe('after a refusal', () => {
  it.each([
    ['never', ['invalid_token', 'unauthorized', 'device_not_found']],
    ['slow', ['viewer_limit', 'rate_limited', 'bad_request', 'unknown_type']],
    ['usual', ['device_offline', 'internal', 'session_not_found']],
  ] as const)('%s for %s', (pace, codes) => {
    for (const code of codes) {
      expect(afterRefusal({ code, message: 'said' })).toEqual({ pace, problem: { code, message: 'said' } });
    }
  });
});

describe('after the end of a session', () => {
  it.each([
    ['user_ended', 'never', 'user_ended'],
    ['viewer_disconnected', 'soon', 'viewer_disconnected'],
    ['timeout', 'soon', 'timeout'],
    ['device_disconnected', 'usual', 'device_disconnected'],
    ['error', 'usual', 'device_error'],
    ['something new', 'usual', 'device_error'],
  ])('%s: %s, %s', (reason, pace, code) => {
    expect(afterEnd(reason)).toMatchObject({ pace, problem: { code } });
  });
});

describe('an error that names the session', () => {
  it('ends it, unless it is about one message', () => {
    const kept = problemCodes.filter((code) => !endsSession({ code, message: '' }));
    expect(kept).toEqual(['rate_limited', 'bad_request', 'unknown_type']);
  });

  it('is followed by another session', () => {
    const problem = { code: 'device_error', message: 'no lens' } as const;
    expect(afterFailure(problem)).toEqual({ pace: 'usual', problem });
  });
});
