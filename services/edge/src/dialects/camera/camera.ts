// The camera's side of the signaling dialect: hello, heartbeat and presence. Decides what is said and stored; does nothing.
import type {
  AdmittedDevice,
  Answer,
  CommandAction,
  DeviceCommand,
  Dialect,
  Effect,
  Frame,
  Input,
  Step,
} from '../dialect.js';
import { unsupportedAction, writeRawText } from '../taken.js';
import {
  type Closed,
  end,
  firstMessage,
  HELLO,
  HELLO_TIMEOUT_MS,
  type Held,
  hold,
  noSession,
  nothingHeld,
  receive,
  replay,
  unrecognised,
} from './arrival.js';
import { Close, closeFor, limits } from './close-codes.js';
import { presenceEvents } from './presence.js';
import { refusal } from './refusal.js';
import { close, count, Failure, fail, type Request, reply, requestOf } from './replies.js';
import { type Decoded, formatTs, isIdentifier, isStorableText, type Message } from './wire.js';

/** Presences whose durability a camera may wait for at once. */
export const MAX_PENDING = 16;
/** Longest device token in characters. */
const MAX_TOKEN = 4096;

/** A presence of which some events are not yet durable; they travel apart, so each has its receipt. */
interface Unsettled {
  readonly request: Request;
  readonly events: number;
}

interface Ready {
  readonly phase: 'ready';
  readonly device: AdmittedDevice;
  /** Presences to be acknowledged once durable, by the name of their receipt. */
  readonly pending: ReadonlyMap<string, Unsettled>;
  readonly nextReceipt: number;
}

export type CameraState =
  | { readonly phase: 'opening' }
  | { readonly phase: 'verifying'; readonly hello: Request; readonly held: Held }
  | Ready
  | Closed;

export const camera: Dialect<CameraState> = {
  name: 'camera',
  limits,
  upgrade: () => ({ accept: true }),
  open: () => ({
    state: { phase: 'opening' },
    effects: [{ do: 'arm', timer: HELLO, afterMs: HELLO_TIMEOUT_MS }],
  }),
  step: (state, input, now) => (state.phase === 'closed' ? { state, effects: [] } : react(state, input, now)),
  closeFor,
};

function react(state: Exclude<CameraState, Closed>, input: Input, now: number): Step<CameraState> {
  switch (input.on) {
    case 'frame':
      return onFrame(state, input.frame, now);
    case 'answer':
      return onAnswer(state, input.to, input.answer, now);
    case 'command':
      return onCommand(state, input.command);
    case 'timer':
      return state.phase === 'opening' && input.timer === HELLO
        ? end(close(Close.helloTimeout, 'hello_timeout'))
        : { state, effects: [] };
  }
}

function onFrame(state: Exclude<CameraState, Closed>, frame: Frame, now: number): Step<CameraState> {
  const received = receive(frame);
  if (received === undefined) return end(close(Close.binary, 'binary_frame'), count('malformed', 'binary'));
  const next = onDecoded(state, received.decoded, frame.data.byteLength, now);
  return { state: next.state, effects: [...received.counts, ...next.effects] };
}

function onDecoded(
  state: Exclude<CameraState, Closed>,
  decoded: Decoded,
  bytes: number,
  now: number,
): Step<CameraState> {
  switch (state.phase) {
    case 'opening': {
      const first = firstMessage(decoded);
      return 'effects' in first ? first : onHello(first);
    }
    case 'verifying': {
      const { held, effects } = hold(state.held, decoded, bytes, now);
      return { state: { ...state, held }, effects };
    }
    case 'ready':
      return onMessage(state, decoded, now);
  }
}

function onHello(hello: Message): Step<CameraState> {
  const { device_id: identifier, token } = hello.payload;
  if (typeof identifier !== 'string' || identifier === '') {
    return end(close(Close.missingDeviceId, 'device_id_missing'));
  }
  if (!isIdentifier(identifier)) return end(close(Close.invalidDeviceId, 'device_id_invalid'));
  const hasToken = token !== undefined && token !== null && token !== '';
  if (hasToken && !isToken(token)) return end(close(Close.invalidToken, 'token_invalid'));
  const effects: Effect[] = [
    { do: 'disarm', timer: HELLO },
    {
      do: 'ask',
      as: HELLO,
      question: { kind: 'admit', identifier, deviceKind: 'camera', ...(hasToken ? { token } : {}) },
    },
  ];
  return { state: { phase: 'verifying', hello: requestOf(hello), held: nothingHeld }, effects };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && token.length <= MAX_TOKEN && isStorableText(token);
}

function onAnswer(
  state: Exclude<CameraState, Closed>,
  to: string,
  answer: Answer,
  now: number,
): Step<CameraState> {
  if (state.phase === 'ready') return onSettled(state, to, answer, now);
  if (state.phase !== 'verifying' || to !== HELLO) return { state, effects: [] };
  if (answer.kind === 'refused') return refusal(state.hello, answer.code, now);
  if (answer.kind !== 'admitted') return end(close(Close.internal, 'unexpected_answer'));
  const ready: Ready = { phase: 'ready', device: answer.device, pending: new Map(), nextReceipt: 1 };
  const start: Step<CameraState> = { state: ready, effects: [welcome(ready, state.hello, now)] };
  return replay(start, state.held, onMessage, now);
}

function welcome(state: Ready, hello: Request, now: number): Effect {
  const payload = { device_id: state.device.identifier, server_time: formatTs(now) };
  return reply(hello, 'hello_ack', payload, now);
}

/** A presence is acknowledged at the rung that was promised for it: all of it durable, or not at all. */
function onSettled(state: Ready, to: string, answer: Answer, now: number): Step<CameraState> {
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

function onCommand(state: Exclude<CameraState, Closed>, command: DeviceCommand): Step<CameraState> {
  switch (command.kind) {
    case 'superseded':
      return state.phase === 'ready' && command.device.id === state.device.id
        ? end(close(Close.replaced, 'replaced'))
        : { state, effects: [] };
    case 'execute':
      return { state, effects: execute(command.action) };
  }
}

/** The family has no commands of its own: what it does, it does for a watcher. */
function execute(action: CommandAction): readonly Effect[] {
  return action.kind === 'raw' ? writeRawText(action.frame) : [unsupportedAction(action.kind)];
}

function onMessage(state: CameraState, decoded: Decoded, now: number): Step<CameraState> {
  if (state.phase !== 'ready') return { state, effects: [] };
  if (decoded.kind === 'malformed') return { state, effects: [fail(decoded, Failure.badRequest, now)] };
  switch (decoded.type) {
    case 'hello':
      return { state, effects: [onSecondHello(state, decoded, now)] };
    case 'heartbeat':
      return { state, effects: [reply(decoded, 'heartbeat_ack', {}, now)] };
    case 'device_presence':
      return onPresence(state, decoded, now);
    case 'signal_offer':
    case 'signal_answer':
    case 'signal_ice':
    case 'end_watch':
    case 'watch_ended':
      return { state, effects: noSession(decoded, now) };
    default:
      return { state, effects: unrecognised(decoded, now) };
  }
}

function onSecondHello(state: Ready, hello: Message, now: number): Effect {
  return hello.payload['device_id'] === state.device.identifier
    ? welcome(state, hello, now)
    : fail(hello, Failure.badRequest, now);
}

function onPresence(state: Ready, message: Message, now: number): Step<CameraState> {
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
