// What comes from the other end of a watch session, as this end's peer is told of it.
import type { Effect, JsonObject } from '../dialect.js';
import { EndReason, type WatchInput } from '../watch.js';
import { Failure, fail, reply } from './replies.js';
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

/** A signal that reached this connection. */
export type Arriving = Extract<WatchInput, { on: 'signal' }>;

/** Frames that a peer may send beyond its rate for each offer it is to answer: the answer, and its candidates. */
export const FRAMES_PER_OFFER = 24;

/**
 * The step that a signal causes; undefined when it is not for a session of this connection, or comes from a connection
 * that is not the other end.
 */
export function arrive(
  watches: Watches,
  { sessionId, from, signal }: Arriving,
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
