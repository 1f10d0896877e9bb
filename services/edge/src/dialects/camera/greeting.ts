// What a camera's or a viewer's hello says beyond who it is: whether it can come back to its sessions, and to which.
import type { Answer, Effect, Json, JsonObject } from '../dialect.js';
import type { ResumedWatch } from '../watch.js';
import { count } from './replies.js';
import { newWatch, type Watches, withWatch } from './watches.js';
import { isIdentifier } from './wire.js';

/** Sessions that one hello may name. */
const MAX_RESUMED = 64;

/** The sessions that a list names, at most 64 of them; undefined for what is no list. */
export function sessionsOf(list: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return [...new Set((list as readonly Json[]).filter(isIdentifier))].slice(0, MAX_RESUMED);
}

/** What the hello_ack says of the sessions that were asked for: which of them go on; the others are over. */
export function resumedMember(
  asked: readonly string[] | undefined,
  resumed: readonly ResumedWatch[],
): JsonObject {
  return asked === undefined ? {} : { resumed: resumed.map(({ sessionId }) => sessionId) };
}

/** The sessions that an answer gives back; none when it is a refusal, and then the count of it. */
export function resumedOf(answer: Answer): {
  readonly sessions: readonly ResumedWatch[];
  readonly effects: readonly Effect[];
} {
  return answer.kind === 'resumed'
    ? { sessions: answer.sessions, effects: [] }
    : { sessions: [], effects: [count('refused', 'resume')] };
}

/** The sessions as they are known at this end again. */
export function takeUp(watches: Watches, resumed: readonly ResumedWatch[]): Watches {
  let next = watches;
  for (const { sessionId, peer, offered, answered } of resumed) {
    const described = watches.side === 'viewer' ? offered : answered;
    const watch = { ...newWatch(peer, ''), described, offered, answered };
    next = withWatch(next, sessionId, watch);
  }
  return next;
}
