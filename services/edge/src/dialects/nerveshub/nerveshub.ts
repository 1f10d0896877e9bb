// The machine of one NervesHub socket: decodes, answers the socket's own topic, and hands the rest to who is in charge.
import type {
  Answer,
  ConnectionClosed,
  Delivered,
  DeviceCommand,
  Dialect,
  Frame,
  Input,
  Step,
} from '../dialect.js';
import { ADMIT, beforeJoin, onAdmission, whileAsking } from './admission.js';
import type { ChannelTable } from './channel.js';
import { onEach, onFirst, type Received, receive, reply, replyLate, unmatched } from './channels.js';
import { closeFor, closeForMalformed } from './close-codes.js';
import { deviceChannels } from './device-channels.js';
import { count } from './device-events.js';
import type { DeviceSession } from './device-session.js';
import { execute } from './execute.js';
import { type Admitted, beginSocket, proceed, type SocketState, unchanged } from './socket-state.js';
import { answered, upgrade } from './upgrade.js';
import { decode } from './wire.js';

export type NerveshubState = SocketState<DeviceSession>;

/** The dialect over any table of channels. */
export function nerveshubOver<C>(table: ChannelTable<C>): Dialect<SocketState<C>> {
  return {
    name: 'nerveshub',
    // The reference takes frames of up to 10 MB and waits 180 s for a frame or a ping (nerveshub.md, 2.7).
    limits: { maxFrameBytes: 10_000_000, idleS: 180, framesPerS: 100, frameBurst: 400 },
    upgrade,
    answered,
    open: (hello) => ({ state: beginSocket(hello), effects: [] }),
    step: (state, input, now) => react(table, state, input, now),
    deliver: (state, input, now) => onDelivered(table, state, input, now),
    closeFor,
  };
}

export const nerveshub: Dialect<NerveshubState> = nerveshubOver(deviceChannels);

function react<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  input: Input,
  now: number,
): Step<SocketState<C>> {
  const { phase } = state;
  if (phase.is === 'closed') return unchanged(state);
  switch (input.on) {
    case 'frame':
      return onFrame(table, state, input.frame, now);
    case 'answer':
      return input.to === ADMIT
        ? onAdmission(table, state, input.answer)
        : onAnswer(table, state, input.to, input.answer, now);
    case 'timer':
      if (phase.is !== 'admitted') return unchanged(state);
      return goOn(
        state,
        phase,
        onEach(table, phase, (channel, context) => channel.tick?.(context, input.timer, now)),
      );
    case 'command':
      return onCommand(table, state, input.command);
  }
}

/** The channels after something happened to them. */
function goOn<C>(state: SocketState<C>, phase: Admitted<C>, received: Received<C>): Step<SocketState<C>> {
  const { open, context, outgoing } = received;
  return proceed(state, { ...phase, open, context }, outgoing);
}

function onAnswer<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  to: string,
  answer: Answer,
  now: number,
): Step<SocketState<C>> {
  const { phase } = state;
  if (phase.is !== 'admitted') return unchanged(state);
  if (answer.kind === 'signalled') {
    const { outcome } = answer;
    return goOn(
      state,
      phase,
      onEach(table, phase, (channel, context) => channel.signalled?.(context, to, outcome, now)),
    );
  }
  const late = replyLate(table, phase, to, answer);
  return late === undefined ? unchanged(state) : goOn(state, phase, late);
}

function onDelivered<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  input: Delivered | ConnectionClosed,
  now: number,
): Step<SocketState<C>> {
  if (input.on === 'closed') return onClosed(table, state, now);
  const { phase } = state;
  if (phase.is !== 'admitted') return unchanged(state);
  const received = onFirst(table, phase, (channel, context) => channel.deliver?.(context, input, now));
  if (received !== undefined) return goOn(state, phase, received);
  // Something that begins here tells whether it could; whatever belongs to a session that is not here has no receiver.
  const begins = input.on === 'push' || (input.on === 'console' && input.content.is === 'open');
  return proceed(state, phase, begins ? [{ do: 'accept', joined: false }] : []);
}

/** The connection is gone, by whomever: the people at its terminals hear of it. */
function onClosed<C>(table: ChannelTable<C>, state: SocketState<C>, now: number): Step<SocketState<C>> {
  const phase = state.phase.is === 'closed' ? state.phase.was : state.phase;
  if (phase.is !== 'admitted') return unchanged(state);
  const { outgoing } = onEach(table, phase, (channel, context) => channel.leave?.(context, 'gone', now));
  return proceed(state, { is: 'closed', was: { is: 'waiting' } }, outgoing);
}

function onCommand<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  command: DeviceCommand,
): Step<SocketState<C>> {
  const { phase } = state;
  if (phase.is !== 'admitted' || phase.device.id !== command.device.id) return unchanged(state);
  switch (command.kind) {
    case 'superseded':
      return proceed(state, phase, [{ do: 'close', close: closeFor('replaced'), reason: 'superseded' }]);
    case 'execute':
      return proceed(state, phase, execute(table, phase, command));
  }
}

function onFrame<C>(
  table: ChannelTable<C>,
  state: SocketState<C>,
  frame: Frame,
  now: number,
): Step<SocketState<C>> {
  const { phase } = state;
  const message = decode(state.serializer, frame);
  if (message.kind === 'malformed') {
    const close = closeForMalformed(message);
    return proceed(state, phase, [
      count('malformed', message.what),
      { do: 'close', close, reason: 'bad_messages' },
    ]);
  }
  // Answered at once, whatever else waits: a device whose heartbeat is not answered disconnects.
  if (message.topic === 'phoenix') {
    const isHeartbeat = message.event === 'heartbeat';
    return proceed(state, phase, isHeartbeat ? [reply(message, null, 'ok', {})] : unmatched(message));
  }
  switch (phase.is) {
    case 'waiting':
      return beforeJoin(table, state, message, now);
    case 'pending':
      return whileAsking(state, phase, message, frame.data.byteLength, now);
    case 'admitted':
      return goOn(state, phase, receive(table, phase.open, phase.context, message, now));
    case 'closed':
      return unchanged(state);
  }
}
