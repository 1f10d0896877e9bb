// The part of a conversation that is the same for cameras and viewers: up to the hello's answer, and refusals after it.
import type { Effect, Frame, Step } from '../dialect.js';
import { Close } from './close-codes.js';
import { close, count, Failure, fail } from './replies.js';
import { type Decoded, decode, isIdentifier, type Message } from './wire.js';

/** Milliseconds from open within which hello must come. */
export const HELLO_TIMEOUT_MS = 10_000;
/** The name of the timer that watches for it, and of the question that verifies it. */
export const HELLO = 'hello';
/** Messages, and bytes of their frames, that are held while a hello is verified. The seed author's web viewer sends its first request before hello_ack. */
export const MAX_HELD = 16;
export const MAX_HELD_BYTES = 64 * 1024;

/** What a peer said between its hello and the answer to it, in order. */
export interface Held {
  readonly messages: readonly Decoded[];
  readonly bytes: number;
}

export const nothingHeld: Held = { messages: [], bytes: 0 };

/** A connection that has ended: nothing that still arrives has an effect. */
export interface Closed {
  readonly phase: 'closed';
}

const closed: Closed = { phase: 'closed' };

/** Ends the conversation, `last` being said before the close. */
export function end(effect: Effect, ...last: readonly Effect[]): Step<Closed> {
  return { state: closed, effects: [...last, effect] };
}

/** What a frame holds, with the counts of what was tolerated or is wrong; undefined for a binary one. */
export function receive(
  frame: Frame,
): { readonly decoded: Decoded; readonly counts: readonly Effect[] } | undefined {
  if (frame.binary) return undefined;
  const decoded = decode(frame.data);
  const counts =
    decoded.kind === 'malformed'
      ? [count('malformed', decoded.what)]
      : decoded.odd.map((member) => count('ignored', member));
  return { decoded, counts };
}

/** The hello that must come first, or the close that everything else brings about. */
export function firstMessage(decoded: Decoded): Message | Step<Closed> {
  if (decoded.kind === 'message' && decoded.type === 'hello') return decoded;
  return end(close(Close.expectedHello, 'hello_expected'));
}

/** Keeps a message until the hello is answered; beyond the bounds it is refused. */
export function hold(
  held: Held,
  decoded: Decoded,
  bytes: number,
  now: number,
): { readonly held: Held; readonly effects: readonly Effect[] } {
  if (held.messages.length >= MAX_HELD || held.bytes + bytes > MAX_HELD_BYTES) {
    return { held, effects: [count('refused', 'held_full'), fail(decoded, Failure.rateLimited, now)] };
  }
  return { held: { messages: [...held.messages, decoded], bytes: held.bytes + bytes }, effects: [] };
}

/** Runs each held message as if it came now, after `start`. */
export function replay<S>(
  start: Step<S>,
  held: Held,
  on: (state: S, decoded: Decoded, now: number) => Step<S>,
  now: number,
): Step<S> {
  const effects = [...start.effects];
  let state = start.state;
  for (const decoded of held.messages) {
    const next = on(state, decoded, now);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

/** Answers what names a watch session: there is none, so none is the sender's. */
export function noSession(message: Message, now: number): readonly Effect[] {
  const sessionId = message.payload['session_id'];
  if (!isIdentifier(sessionId)) {
    return [count('malformed', message.type), fail(message, Failure.badRequest, now)];
  }
  return [count('refused', 'session_not_found'), fail(message, Failure.sessionNotFound, now, sessionId)];
}

/** Answers a type that this role does not have. An `error` is only counted: answering it could go back and forth for ever. */
export function unrecognised(message: Message, now: number): readonly Effect[] {
  if (message.type === 'error') return [count('ignored', 'error')];
  return [count('unrecognised', 'type'), fail(message, Failure.unknownType, now)];
}
