// When a camera's presence is taken and when it is acknowledged.
import type { Answer, Effect, Step } from '../dialect.js';
import { presenceEvents } from './presence.js';
import { count, Failure, fail, reply, requestOf } from './replies.js';
import type { Ready } from './state.js';
import type { Message } from './wire.js';

/** Presences whose durability a camera may wait for at once. */
export const MAX_PENDING = 16;

/** Emits what a presence becomes; with a request id it is acknowledged once all of it is durable. */
export function onPresence(state: Ready, message: Message, now: number): Step<Ready> {
  const presence = presenceEvents(state.device, message.payload, now);
  if (presence === undefined) {
    return { state, effects: [count('malformed', 'presence'), fail(message, Failure.badRequest, now)] };
  }
  const wantsAck = message.requestId !== undefined;
  if (wantsAck && state.pending.size >= MAX_PENDING) {
    return { state, effects: [count('refused', 'pending_full'), fail(message, Failure.rateLimited, now)] };
  }
  const effects: Effect[] = presence.skipped > 0 ? [count('ignored', 'presence_field')] : [];
  const receipt = `presence:${state.nextReceipt}`;
  for (const event of presence.events) effects.push({ do: 'emit', event, ...(wantsAck ? { receipt } : {}) });
  if (!wantsAck) return { state, effects };
  const unsettled = { request: requestOf(message), events: presence.events.length };
  const pending = new Map(state.pending).set(receipt, unsettled);
  return { state: { ...state, pending, nextReceipt: state.nextReceipt + 1 }, effects };
}

/** A presence is acknowledged at the rung that was promised for it: all of it durable, or not at all. */
export function onSettled(state: Ready, to: string, answer: Answer, now: number): Step<Ready> {
  const unsettled = state.pending.get(to);
  if (unsettled === undefined) return { state, effects: [] };
  const { request, events } = unsettled;
  const pending = new Map(state.pending);
  if (answer.kind === 'durable' && events > 1) {
    return { state: { ...state, pending: pending.set(to, { request, events: events - 1 }) }, effects: [] };
  }
  pending.delete(to);
  const said =
    answer.kind === 'durable'
      ? reply(request, 'device_presence_ack', {}, now)
      : fail(request, Failure.internal, now);
  return { state: { ...state, pending }, effects: [said] };
}
