// What a camera or a viewer says about its watch sessions, decided alike for both.

import { textOf } from '../bounded-text.js';
import type { Answer, Effect, JsonObject } from '../dialect.js';
import { EndReason, type Signal } from '../watch.js';
import { noSession } from './arrival.js';
import { iceServerMembers } from './ice-servers.js';
import { count, Failure, fail, reply, requestOf } from './replies.js';
import { answered, asking, endedMessage, finish, pass, type Watches, type WatchesStep } from './watches.js';
import { isIdentifier, isObject, type Message } from './wire.js';

/** Answers about sessions that a connection may wait for at once. */
export const MAX_ASKED = 16;
/** Longest message, in bytes, with which a camera says that it cannot. */
const MAX_ERROR_BYTES = 256;

/** The step for a message that names a watch session; undefined for a type that does not. */
export function onSessionMessage(watches: Watches, message: Message, now: number): WatchesStep | undefined {
  const isViewer = watches.side === 'viewer';
  switch (message.type) {
    case 'signal_offer':
      return described(watches, message, isViewer ? 'offer' : undefined, now);
    case 'signal_answer':
      return described(watches, message, isViewer ? undefined : 'answer', now);
    case 'signal_ice':
      return inSession(watches, message, now, (sessionId) => candidate(watches, sessionId, message, now));
    case 'end_watch':
      return ending(watches, message, isViewer ? EndReason.userEnded : EndReason.error, now);
    case 'watch_ended':
      return isViewer ? undefined : ending(watches, message, EndReason.error, now);
    case 'error':
      return isViewer ? undefined : failing(watches, message, now);
    case 'ice_servers_request':
      return inSession(watches, message, now, (sessionId) => {
        if (watches.asked.size >= MAX_ASKED) {
          const busy = fail(message, Failure.rateLimited, now, sessionId);
          return { watches, effects: [count('refused', 'asked_full'), busy] };
        }
        const { as, watches: next } = asking(watches, {
          of: 'ice_servers',
          request: requestOf(message),
          sessionId,
        });
        return { watches: next, effects: [{ do: 'ask', as, question: { kind: 'ice_servers', sessionId } }] };
      });
    default:
      return undefined;
  }
}

/** The reply to an `ice_servers_request`; undefined when the answer belongs to none. */
export function onIceServers(
  watches: Watches,
  as: string,
  answer: Answer,
  now: number,
): WatchesStep | undefined {
  if (watches.asked.get(as)?.of !== 'ice_servers') return undefined;
  const found = answered(watches, as);
  if (found?.asked.of !== 'ice_servers') return undefined;
  const { request, sessionId } = found.asked;
  if (answer.kind === 'ice_servers') {
    const payload = { session_id: sessionId, ...iceServerMembers(answer.ice) };
    return { watches: found.watches, effects: [reply(request, 'ice_servers', payload, now)] };
  }
  const isUnknown = answer.kind === 'refused' && answer.code === 'not_found';
  const failure = isUnknown ? Failure.sessionNotFound : Failure.internal;
  return { watches: found.watches, effects: [fail(request, failure, now, sessionId)] };
}

/** Runs `then` for a session of this connection. Any other session does not exist, whosever it may be (camera.md 6). */
function inSession(
  watches: Watches,
  message: Message,
  now: number,
  then: (sessionId: string) => WatchesStep,
): WatchesStep {
  const { session_id: sessionId } = message.payload;
  if (isIdentifier(sessionId) && watches.sessions.has(sessionId)) return then(sessionId);
  return { watches, effects: noSession(message, now) };
}

function malformed(watches: Watches, message: Message, sessionId: string, now: number): WatchesStep {
  const effects: Effect[] = [
    count('malformed', message.type),
    fail(message, Failure.badRequest, now, sessionId),
  ];
  return { watches, effects };
}

function described(
  watches: Watches,
  message: Message,
  is: 'offer' | 'answer' | undefined,
  now: number,
): WatchesStep {
  return inSession(watches, message, now, (sessionId) => {
    const { sdp } = message.payload;
    // An offer is the viewer's and an answer the camera's to give.
    if (is === undefined || !isObject(sdp) || typeof sdp['sdp'] !== 'string') {
      return malformed(watches, message, sessionId, now);
    }
    return pass(watches, sessionId, { is, sdp }, now);
  });
}

function candidate(watches: Watches, sessionId: string, message: Message, now: number): WatchesStep {
  const { session_id: _, ...members } = message.payload;
  const { candidate: given } = members;
  // Null and the empty text say that there are no more; both pass (camera.md 7).
  if (given !== null && typeof given !== 'string' && !isObject(given)) {
    return malformed(watches, message, sessionId, now);
  }
  const signal: Signal = { is: 'ice', members: members as JsonObject };
  return pass(watches, sessionId, signal, now);
}

function ending(watches: Watches, message: Message, reason: EndReason, now: number): WatchesStep {
  return inSession(watches, message, now, (sessionId) => {
    const step = finish(watches, sessionId, { is: 'ended', reason }, now);
    if (message.requestId === undefined) return step;
    return { ...step, effects: [...step.effects, endedMessage(message, sessionId, reason, now)] };
  });
}

/** An error of a camera ends the session that it names; it is never answered, since that could go back and forth for ever. */
function failing(watches: Watches, { payload }: Message, now: number): WatchesStep | undefined {
  const { session_id: sessionId, message } = payload;
  if (!isIdentifier(sessionId) || !watches.sessions.has(sessionId)) return undefined;
  const text = textOf(message, MAX_ERROR_BYTES) ?? Failure.deviceError.message;
  return finish(watches, sessionId, { is: 'error', message: text }, now);
}
