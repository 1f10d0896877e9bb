// Decides what follows when the socket closes, a request is refused or a session ends: give up, or try again and how soon.
import type { Pace } from './backoff.js';
import type { ProblemCode, WatchProblem } from './problem.js';

/** Why it does not go on, and how soon another attempt is made. */
export interface Verdict {
  readonly pace: Pace | 'never';
  readonly problem: WatchProblem;
}

function verdict(pace: Verdict['pace'], code: ProblemCode, message: string): Verdict {
  return { pace, problem: { code, message } };
}

/** Closes 1008 that asking again with the same token cannot change (camera.md 3). */
const refusals: ReadonlyMap<string, ProblemCode> = new Map([
  ['Invalid token', 'invalid_token'],
  ['Missing token', 'invalid_token'],
  ['Unauthorized', 'unauthorized'],
]);

/** The socket closed with this code and reason (RFC 6455 7.4; camera.md 2). */
export function afterClose(code: number, reason: string): Verdict {
  switch (code) {
    case 1001:
      return verdict('soon', 'busy', 'the server is going away');
    case 1013:
      return verdict('usual', 'busy', 'the server asks to come back later');
    case 1008: {
      const refusal = refusals.get(reason);
      if (refusal !== undefined) return verdict('never', refusal, reason);
      if (reason === 'Rate limit exceeded') return verdict('slow', 'rate_limited', reason);
      return verdict('slow', 'bad_request', reason || 'the server closed the connection');
    }
    case 1003:
    case 1009:
      return verdict('slow', 'bad_request', reason || 'the server did not accept a message');
    default:
      return verdict('usual', 'unreachable', reason || `the connection closed (${code})`);
  }
}

/** What follows each refusal of a request to watch. */
const paces: Readonly<Partial<Record<ProblemCode, Verdict['pace']>>> = {
  invalid_token: 'never',
  unauthorized: 'never',
  device_not_found: 'never',
  viewer_limit: 'slow',
  rate_limited: 'slow',
  bad_request: 'slow',
  unknown_type: 'slow',
};

/** A request was answered with an error. An offline camera, like anything unforeseen, is asked for again. */
export function afterRefusal({ code, message }: WatchProblem): Verdict {
  return verdict(paces[code] ?? 'usual', code, message);
}

/** The session ended for this reason (camera.md 3). One that somebody ended does not begin again by itself. */
export function afterEnd(reason: string): Verdict {
  switch (reason) {
    case 'user_ended':
      return verdict('never', 'user_ended', 'the session was ended');
    case 'viewer_disconnected':
    case 'timeout':
      return verdict('soon', reason, reason);
    case 'device_disconnected':
      return verdict('usual', reason, reason);
    default:
      return verdict('usual', 'device_error', reason);
  }
}

/** The camera, or the server, gave the session up with this error. */
export function afterFailure({ code, message }: WatchProblem): Verdict {
  return verdict('usual', code, message);
}

/** An error that names the running session: whether the session is over. What a timeout will find out is waited for. */
export function endsSession({ code }: WatchProblem): boolean {
  return code !== 'rate_limited' && code !== 'bad_request' && code !== 'unknown_type';
}
