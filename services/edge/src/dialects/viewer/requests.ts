// How a viewer comes to watch: the request, its answer, and what the camera says meanwhile.
import { arrive, keepEarly, takeEarly } from '../camera/arriving.js';
import { iceServerMembers } from '../camera/ice-servers.js';
import { count, Failure, fail, type Request, reply, requestOf } from '../camera/replies.js';
import { MAX_ASKED, onIceServers } from '../camera/watch-messages.js';
import { answered, asking, newWatch, settle, type WatchesStep, withWatch } from '../camera/watches.js';
import { isIdentifier, type Message } from '../camera/wire.js';
import type { Answer, Delivered, Effect, RefusalCode, Step } from '../dialect.js';
import type { Ready } from './state.js';

/** Asks to watch a camera; whether there is one, and whether this person may, is not for the edge to say. */
export function onWatchRequest(state: Ready, message: Message, now: number): Step<Ready> {
  const { device_id: device } = message.payload;
  if (!isIdentifier(device)) {
    return { state, effects: [count('malformed', 'watch_request'), fail(message, Failure.badRequest, now)] };
  }
  if (state.watches.asked.size >= MAX_ASKED) {
    return { state, effects: [count('refused', 'asked_full'), fail(message, Failure.rateLimited, now)] };
  }
  const { person, watches } = state;
  const { as, watches: next } = asking(watches, { of: 'watch', request: requestOf(message) });
  const question = { kind: 'watch', person, device, resumes: watches.resumes } as const;
  return withWatches(state, { watches: next, effects: [{ do: 'ask', as, question }] });
}

/** Takes whatever was asked or signalled on behalf of this viewer's sessions. */
export function onWatchAnswer(state: Ready, to: string, answer: Answer, now: number): Step<Ready> {
  if (answer.kind === 'signalled') return withWatches(state, settle(state.watches, to, answer.outcome, now));
  const served = onIceServers(state.watches, to, answer, now);
  if (served !== undefined) return withWatches(state, served);
  const found = answered(state.watches, to);
  if (found === undefined) return { state, effects: [] };
  const { request } = found.asked;
  if (answer.kind !== 'watching') {
    const failure = answer.kind === 'refused' ? failureOf(answer.code) : Failure.internal;
    const effects: Effect[] = [count('refused', failure.code), fail(request, failure, now)];
    return withEarly(state, { watches: found.watches, effects }, now);
  }
  const watch = newWatch(answer.peer, answer.traceparent);
  const watches = withWatch(found.watches, answer.sessionId, watch);
  return withEarly(state, { watches, effects: [ready(request, answer, now)] }, now);
}

function ready(request: Request, answer: Extract<Answer, { kind: 'watching' }>, now: number): Effect {
  const payload = { session_id: answer.sessionId, ...iceServerMembers(answer.ice) };
  return reply(request, 'watch_ready', payload, now);
}

/** A signal from the camera's end, or from signaling. */
export function onWatchSignal(state: Ready, input: Delivered, now: number): Step<Ready> {
  // Nobody watches a viewer, and it has no console.
  if (input.on !== 'signal') return { state, effects: [] };
  const accept: Effect = { do: 'accept', resumes: state.watches.resumes };
  const step = arrive(state.watches, input, now);
  if (step !== undefined) return withWatches(state, { ...step, effects: [...step.effects, accept] });
  const isUnknown = !state.watches.sessions.has(input.sessionId);
  if (!isUnknown || state.watches.asked.size === 0) return { state, effects: [] };
  return withWatches(state, keepEarly(state.watches, input));
}

/** What the camera said of a session before its viewer knew of it follows the `watch_ready`. */
function withEarly(state: Ready, { watches, effects }: WatchesStep, now: number): Step<Ready> {
  const early = takeEarly(watches, watches.asked.size > 0, now);
  return withWatches(state, { watches: early.watches, effects: [...effects, ...early.effects] });
}

export function withWatches(state: Ready, { watches, effects }: WatchesStep): Step<Ready> {
  return { state: watches === state.watches ? state : { ...state, watches }, effects };
}

/** Why somebody may not watch, in the words of the protocol (camera.md 3). */
function failureOf(code: RefusalCode): Failure {
  switch (code) {
    case 'not_found':
      return Failure.deviceNotFound;
    case 'forbidden':
    case 'unauthenticated':
      return Failure.unauthorized;
    case 'conflict':
      return Failure.deviceOffline;
    case 'exhausted':
      return Failure.viewerLimit;
    case 'invalid':
      return Failure.badRequest;
    case 'unavailable':
      return Failure.internal;
  }
}
