// The watch sessions at one connection, the same for both ends: what is passed to the other end, what is held, what is let go.
import type { Effect } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import { type ArrivingSignal, EndReason, type Signal, type WatchEnd, type WatchProgress } from '../watch.js';
import { count, Failure, fail, type Request, reply } from './replies.js';

/** Signals held per session until the other end can use them, and bytes of them (camera.md 4). */
export const MAX_HELD_SIGNALS = 64;
const MAX_HELD_SIGNAL_BYTES = 256 * 1024;

/** One session as this end of it sees it. */
export interface Watch {
  /** The other end; undefined while it is away. */
  readonly peer: WatchEnd | undefined;
  /** This end's description has passed: a viewer's offer, a camera's answer. Candidates may follow it. */
  readonly described: boolean;
  /** A viewer's: when the last offer went out here, 0 when none did; whether one ever did; whether an answer came. */
  readonly offeredAtMs: number;
  readonly offered: boolean;
  readonly answered: boolean;
  readonly held: readonly Signal[];
  readonly heldBytes: number;
  readonly traceparent: string;
}

/** What an answer that is awaited belongs to. */
export type Asked =
  | { readonly of: 'watch'; readonly request: Request }
  | { readonly of: 'ice_servers'; readonly request: Request; readonly sessionId: string };

/** All sessions of a connection. */
export interface Watches {
  readonly side: 'viewer' | 'camera';
  readonly connectionId: string;
  /** This end said that it can come back. */
  readonly resumes: boolean;
  readonly sessions: ReadonlyMap<string, Watch>;
  readonly asked: ReadonlyMap<string, Asked>;
  readonly nextAsk: number;
  /** What came of sessions that this end does not know yet, while it waits to be told of some. */
  readonly early: readonly ArrivingSignal[];
}

/** What a step did to the sessions. */
export interface WatchesStep {
  readonly watches: Watches;
  readonly effects: readonly Effect[];
}

// Most connections watch nothing most of the time, and an empty map takes as much memory as a connection.
const noSessions: Watches['sessions'] = new Map();
const nothingAsked: Watches['asked'] = new Map();
const nothingEarly: Watches['early'] = [];

export function noWatches(side: Watches['side'], connectionId: string, resumes: boolean): Watches {
  const nothing = { sessions: noSessions, asked: nothingAsked, nextAsk: 1, early: nothingEarly };
  return { side, connectionId, resumes, ...nothing };
}

/** A session of which nothing has passed yet. */
export function newWatch(peer: WatchEnd | undefined, traceparent: string): Watch {
  const nothing = {
    described: false,
    offeredAtMs: 0,
    offered: false,
    answered: false,
    held: [],
    heldBytes: 0,
  };
  return { peer, ...nothing, traceparent };
}

export function withWatch(watches: Watches, sessionId: string, watch: Watch): Watches {
  return { ...watches, sessions: new Map(watches.sessions).set(sessionId, watch) };
}

export function without(watches: Watches, sessionId: string): Watches {
  const sessions = new Map(watches.sessions);
  sessions.delete(sessionId);
  return { ...watches, sessions };
}

/** Remembers what an answer will belong to, under the name that it comes back with. */
export function asking(watches: Watches, asked: Asked): { readonly watches: Watches; readonly as: string } {
  const as = `ask ${watches.nextAsk}`;
  const all = new Map(watches.asked).set(as, asked);
  return { as, watches: { ...watches, asked: all, nextAsk: watches.nextAsk + 1 } };
}

/** Takes what an answer belongs to; undefined for one that nobody awaits. */
export function answered(watches: Watches, as: string): { watches: Watches; asked: Asked } | undefined {
  const asked = watches.asked.get(as);
  if (asked === undefined) return undefined;
  const left = new Map(watches.asked);
  left.delete(as);
  return { asked, watches: { ...watches, asked: left } };
}

/**
 * Passes a description or a candidate to the other end. Candidates before this end's first description are held until it
 * has passed, and everything is held while the other end is away; order within the direction never changes otherwise.
 */
export function pass(watches: Watches, sessionId: string, signal: Signal, now: number): WatchesStep {
  const watch = watches.sessions.get(sessionId);
  if (watch === undefined) return { watches, effects: [] };
  const isCandidate = signal.is === 'ice';
  if (watch.peer === undefined || (isCandidate && !watch.described)) {
    return holdSignal(watches, sessionId, watch, signal);
  }
  if (isCandidate) return { watches, effects: [signalling(sessionId, watch, watch.peer, signal)] };
  const effects: Effect[] = [signalling(sessionId, watch, watch.peer, signal)];
  const isOffer = signal.is === 'offer';
  if (isOffer && !watch.offered) effects.push(report(watches, sessionId, { is: 'offered' }, now));
  for (const held of watch.held) effects.push(signalling(sessionId, watch, watch.peer, held));
  const offeredAtMs = isOffer ? now : watch.offeredAtMs;
  const offered = isOffer || watch.offered;
  const next = { ...watch, described: true, offeredAtMs, offered, held: [], heldBytes: 0 };
  return { watches: withWatch(watches, sessionId, next), effects };
}

function holdSignal(watches: Watches, sessionId: string, watch: Watch, signal: Signal): WatchesStep {
  const what = signal.is === 'ice' ? 'candidate' : signal.is;
  const heldBytes = watch.heldBytes + JSON.stringify(signal).length;
  if (watch.held.length >= MAX_HELD_SIGNALS || heldBytes > MAX_HELD_SIGNAL_BYTES) {
    return { watches, effects: [count('dropped', what)] };
  }
  const next = { ...watch, held: [...watch.held, signal], heldBytes };
  return { watches: withWatch(watches, sessionId, next), effects: [count('held', what)] };
}

/** The other end is on another connection: what was held for it goes out. */
export function peerBack(watches: Watches, sessionId: string, peer: WatchEnd, now: number): WatchesStep {
  const watch = watches.sessions.get(sessionId);
  if (watch === undefined) return { watches, effects: [] };
  let next = withWatch(watches, sessionId, { ...watch, peer, held: [], heldBytes: 0 });
  const effects: Effect[] = [];
  for (const signal of watch.held) {
    const step = pass(next, sessionId, signal, now);
    next = step.watches;
    // What is held once more was counted when it was held first.
    effects.push(...step.effects.filter((effect) => effect.do !== 'count'));
  }
  return { watches: next, effects };
}

/** This end ends a session. What was held of it is dropped. */
export function finish(
  watches: Watches,
  sessionId: string,
  signal: Extract<Signal, { is: 'ended' | 'error' }>,
  now: number,
): WatchesStep {
  const watch = watches.sessions.get(sessionId);
  if (watch === undefined) return { watches, effects: [] };
  const reason = signal.is === 'ended' ? signal.reason : EndReason.error;
  const told = watch.peer === undefined ? [] : [signalling(sessionId, watch, watch.peer, signal)];
  const effects = [...told, report(watches, sessionId, { is: 'ended', reason }, now), ...dropped(watch)];
  return { watches: without(watches, sessionId), effects };
}

/** The connection is gone: the other ends hear of it, as the end of the session or, where it may come back, as an absence. */
export function leave(watches: Watches, leaving: boolean, now: number): WatchesStep {
  const effects: Effect[] = [];
  let left = watches;
  for (const [sessionId, watch] of watches.sessions) {
    if (!watches.resumes || leaving) {
      const step = finish(left, sessionId, { is: 'ended', reason: goneReason(watches.side) }, now);
      left = step.watches;
      effects.push(...step.effects);
      continue;
    }
    if (watch.peer !== undefined) effects.push(signalling(sessionId, watch, watch.peer, { is: 'away' }));
    effects.push(report(watches, sessionId, { is: 'lost' }, now), ...dropped(watch));
  }
  return { watches: { ...left, sessions: noSessions }, effects };
}

/** What became of a signal, by the name under which it was sent. */
export function settle(watches: Watches, as: string, outcome: SignalOutcome, now: number): WatchesStep {
  const [, is = '', sessionId = '', connectionId = ''] = as.split(' ');
  if (outcome === 'delivered') return { watches, effects: [] };
  const watch = watches.sessions.get(sessionId);
  const uncertain = count('dropped', is === 'ice' ? 'candidate' : is);
  if (watch === undefined || watch.peer?.connectionId !== connectionId)
    return { watches, effects: [uncertain] };
  if (outcome === 'lost') {
    const told = is === 'ice' ? [] : [fail({}, Failure.internal, now, sessionId)];
    return { watches, effects: [uncertain, ...told] };
  }
  if (watch.peer.resumes) {
    return { watches: withWatch(watches, sessionId, { ...watch, peer: undefined }), effects: [uncertain] };
  }
  const reason = goneReason(watches.side === 'viewer' ? 'camera' : 'viewer');
  const ended = report(watches, sessionId, { is: 'ended', reason }, now);
  return {
    watches: without(watches, sessionId),
    effects: [uncertain, ended, ...dropped(watch), endedMessage({}, sessionId, reason, now)],
  };
}

/** Tells this end's peer that a session is over. */
export function endedMessage(to: Request, sessionId: string, reason: EndReason, now: number): Effect {
  return reply(to, 'watch_ended', { session_id: sessionId, reason }, now);
}

/** Tells signaling how far a session is. */
export function report(
  { connectionId }: Watches,
  sessionId: string,
  progress: WatchProgress,
  timeMs: number,
): Effect {
  return { do: 'emit', event: { kind: 'watch', sessionId, connectionId, timeMs, progress } };
}

/** The counts of what was held when a session ends. */
export function dropped(watch: Watch): readonly Effect[] {
  return watch.held.map(({ is }) => count('dropped', is === 'ice' ? 'candidate' : is));
}

function goneReason(side: Watches['side']): EndReason {
  return side === 'viewer' ? EndReason.viewerDisconnected : EndReason.deviceDisconnected;
}

// The name tells, once it is answered, what it was about: neither ids nor kinds of signals hold a space.
function signalling(sessionId: string, watch: Watch, to: WatchEnd, signal: Signal): Effect {
  const as = `signal ${signal.is} ${sessionId} ${to.connectionId}`;
  return { do: 'signal', as, to, sessionId, signal, traceparent: watch.traceparent };
}
