// From the first join to the registry's answer: who is asked for, what waits meanwhile, and how it goes on.
import type { Answer, Step } from '../dialect.js';
import { refusalClose } from '../plain-close.js';
import type { ChannelTable } from './channel.js';
import { type OpenChannels, type Outgoing, receive, reply, unmatched } from './channels.js';
import { closeFor } from './close-codes.js';
import { count } from './device-events.js';
import { identifierOfJoin } from './identity.js';
import type { ClientMessage } from './message.js';
import { type Held, type Pending, proceed, type SocketState, unchanged } from './socket-state.js';

/** Messages, and bytes of frames after the first, that wait for the answer; more ends the connection. */
export const MAX_HELD = 64;
export const MAX_HELD_BYTES = 1_048_576;

/** Name of the one question of a socket. */
export const ADMIT = 'admit';

/** Before the first join of a known topic there is no channel, so everything else is answered without a device. */
export function beforeJoin<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  message: ClientMessage,
  now: number,
): Step<SocketState<C>> {
  const { topic, event, payload } = message;
  if (event === 'phx_leave' && typeof topic === 'string') {
    return proceed(state, state.phase, [reply(message, message.joinRef, 'ok', {})]);
  }
  if (event !== 'phx_join' || typeof topic !== 'string' || table.find(topic) === undefined) {
    return proceed(state, state.phase, unmatched(message));
  }
  const identifier = state.identifier ?? identifierOfJoin(topic, payload) ?? state.anonymous;
  const pending: Pending = { is: 'pending', held: [{ message, atMs: now }], heldBytes: 0 };
  const { credentialId } = state;
  const proof = credentialId === undefined ? {} : { credentialId };
  const question = { kind: 'admit', identifier, deviceKind: 'nerves', ...proof } as const;
  return proceed(state, pending, [{ do: 'ask', as: ADMIT, question }]);
}

/** Keeps the message in its place, or ends the connection where there is no room. */
export function whileAsking<C>(
  state: SocketState<C>,
  pending: Pending,
  message: ClientMessage,
  frameBytes: number,
  now: number,
): Step<SocketState<C>> {
  const heldBytes = pending.heldBytes + frameBytes;
  if (pending.held.length >= MAX_HELD || heldBytes > MAX_HELD_BYTES) {
    const close = closeFor('unavailable');
    const lost = pending.held.map(() => count('refused', 'before_admission'));
    return proceed(state, pending, [
      ...lost,
      count('refused', 'before_admission'),
      { do: 'close', close, reason: 'too_much_before_admission' },
    ]);
  }
  return proceed(state, { is: 'pending', held: [...pending.held, { message, atMs: now }], heldBytes }, []);
}

/** Takes the registry's answer; any other answer changes nothing. */
export function onAdmission<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  answer: Answer,
): Step<SocketState<C>> {
  if (state.phase.is !== 'pending') return unchanged(state);
  const { held } = state.phase;
  if (answer.kind === 'refused') {
    return proceed(state, state.phase, [...held.map(refused), { do: 'close', ...refusalClose(answer.code) }]);
  }
  if (answer.kind !== 'admitted') return unchanged(state);
  let open: OpenChannels = new Map();
  let context = table.begin(answer.device);
  const outgoing: Outgoing[] = [];
  for (const { message, atMs } of held) {
    const received = receive(table, open, context, message, atMs);
    ({ open, context } = received);
    outgoing.push(...received.outgoing);
  }
  return proceed(state, { is: 'admitted', device: answer.device, context, open }, outgoing);
}

/** A join is told; whatever else waited is lost and counted. */
function refused({ message }: Held): Outgoing {
  return message.event === 'phx_join'
    ? reply(message, message.joinRef, 'error', { error: 'could not connect' })
    : count('refused', 'before_admission');
}
