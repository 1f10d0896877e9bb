// Names what can keep somebody from watching.

/** The codes of the wire (camera.md 3), and what only a viewer can see. */
export const problemCodes = [
  'device_not_found',
  'device_offline',
  'invalid_token',
  'unauthorized',
  'session_not_found',
  'viewer_limit',
  'rate_limited',
  'bad_request',
  'unknown_type',
  'internal',
  /** The camera cannot show anything, for a reason of its own. */
  'device_error',
  /** No edge answers, or the socket to it broke. */
  'unreachable',
  /** The edge said that it stops, or that it has too much to do. */
  'busy',
  /** The camera took the session and never answered the offer. */
  'no_answer',
  /** No path for media was found, or it was lost for good. */
  'media_failed',
  /** Somebody ended the session: an operator, or the person elsewhere. */
  'user_ended',
  'viewer_disconnected',
  'device_disconnected',
  'timeout',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** What is wrong, for programs and, in the words of whoever noticed it, for logs. */
export interface WatchProblem {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Whether a text is one of the codes. */
export function isProblemCode(text: string): text is ProblemCode {
  return (problemCodes as readonly string[]).includes(text);
}
