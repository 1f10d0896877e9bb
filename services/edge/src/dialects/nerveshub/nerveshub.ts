// The machine of one NervesHub socket: decodes, answers the socket's own topic, and hands the rest to who is in charge.
import type { DeviceCommand, Dialect, Frame, Input, Step } from '../dialect.js';
import { ADMIT, beforeJoin, onAdmission, whileAsking } from './admission.js';
import type { ChannelTable } from './channel.js';
import { receive, reply, tick, unmatched } from './channels.js';
import { closeFor, closeForMalformed } from './close-codes.js';
import { deviceChannels } from './device-channels.js';
import { count } from './device-events.js';
import type { DeviceSession } from './device-session.js';
import { execute } from './execute.js';
import { beginSocket, proceed, type SocketState, unchanged } from './socket-state.js';
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
      return input.to === ADMIT ? onAdmission(table, state, input.answer) : unchanged(state);
    case 'timer': {
      if (phase.is !== 'admitted') return unchanged(state);
      const { open, context, outgoing } = tick(table, phase.open, phase.context, input.timer, now);
      return proceed(state, { ...phase, open, context }, outgoing);
    }
    case 'command':
      return onCommand(state, input.command);
  }
}

function onCommand<C>(state: SocketState<C>, command: DeviceCommand): Step<SocketState<C>> {
  const { phase } = state;
  if (phase.is !== 'admitted' || phase.device.id !== command.device.id) return unchanged(state);
  switch (command.kind) {
    case 'superseded':
      return proceed(state, phase, [{ do: 'close', close: closeFor('replaced'), reason: 'superseded' }]);
    case 'execute':
      return proceed(state, phase, execute(phase.open, command.action));
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
    case 'admitted': {
      const { open, context, outgoing } = receive(table, phase.open, phase.context, message, now);
      return proceed(state, { ...phase, open, context }, outgoing);
    }
    case 'closed':
      return unchanged(state);
  }
}
