// What comes from the other end of a watch session, as this end's peer is told of it.
import type { Effect, JsonObject } from '../dialect.js';
import { type ArrivingSignal, EndReason } from '../watch.js';
import { count, Failure, fail, reply } from './replies.js';
import {
  dropped,
  endedMessage,
  peerBack,
  report,
  type Watches,
  type WatchesStep,
  without,
  withWatch,
} from './watches.js';

/** Frames that a peer may send beyond its rate for each offer it is to answer: the answer, and its candidates. */
export const FRAMES_PER_OFFER = 24;

/**
 * The step that a signal causes; undefined when it is not for a session of this connection, or comes from a connection
 * that is not the other end.
 */
export function arrive(
  watches: Watches,
  { sessionId, from, signal }: ArrivingSignal,
  now: number,
): WatchesStep | undefined {
  const watch = watches.sessions.get(sessionId);
  if (watch === undefined) return undefined;
  // While the other end is away, what it sent before may still be on its way; nobody else knows the session.
  if (from !== '' && watch.peer !== undefined && from !== watch.peer.connectionId) return undefined;
  const forward = (type: string, members: JsonObject): Effect =>
    reply({}, type, { session_id: sessionId, ...members }, now);
  switch (signal.is) {
    case 'offer':
      return {
        watches,
        effects: [{ do: 'allow', frames: FRAMES_PER_OFFER }, forward('signal_offer', { sdp: signal.sdp })],
      };
    case 'answer': {
      const effects: Effect[] = [forward('signal_answer', { sdp: signal.sdp })];
      if (watch.answered) return { watches, effects };
      const { offeredAtMs } = watch;
      effects.push(report(watches, sessionId, { is: 'answered', offeredAtMs }, now));
      return { watches: withWatch(watches, sessionId, { ...watch, answered: true }), effects };
    }
    case 'ice':
      return { watches, effects: [forward('signal_ice', signal.members)] };
    case 'ended':
      return {
        watches: without(watches, sessionId),
        effects: [...dropped(watch), endedMessage({}, sessionId, signal.reason, now)],
      };
    case 'error':
      return {
        watches: without(watches, sessionId),
        effects: [
          ...dropped(watch),
          fail({}, { ...Failure.deviceError, message: signal.message }, now, sessionId),
          endedMessage({}, sessionId, EndReason.error, now),
        ],
      };
    case 'away':
      return { watches: withWatch(watches, sessionId, { ...watch, peer: undefined }), effects: [] };
    case 'back':
      return peerBack(watches, sessionId, signal.end, now);
  }
}

/** Signals of sessions not yet known that a connection keeps. */
export const MAX_EARLY = 64;

/** Keeps a signal of a session that this end is about to hear of: what comes first is not to be lost. */
export function keepEarly(watches: Watches, signal: ArrivingSignal): WatchesStep {
  if (watches.early.length >= MAX_EARLY) return { watches, effects: [count('dropped', 'early')] };
  const accept: Effect = { do: 'accept', resumes: watches.resumes };
  return { watches: { ...watches, early: [...watches.early, signal] }, effects: [accept] };
}

/** Takes what was kept for the sessions that are known now; the rest stays while more may become known. */
export function takeEarly(watches: Watches, mayCome: boolean, now: number): WatchesStep {
  if (watches.early.length === 0) return { watches, effects: [] };
  const effects: Effect[] = [];
  const left: ArrivingSignal[] = [];
  let next = watches;
  for (const signal of watches.early) {
    const arrived = watches.sessions.has(signal.sessionId) ? arrive(next, signal, now) : undefined;
    if (arrived !== undefined) {
      next = arrived.watches;
      effects.push(...arrived.effects);
    } else if (mayCome) {
      left.push(signal);
    } else {
      effects.push(count('dropped', 'early'));
    }
  }
  return { watches: { ...next, early: left }, effects };
}
