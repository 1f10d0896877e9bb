// The camera's side of the signaling dialect: hello, heartbeat, presence, and the sessions in which it is watched.
import type {
  AdmittedDevice,
  Answer,
  CommandAction,
  ConnectionClosed,
  Delivered,
  DeviceCommand,
  Dialect,
  Effect,
  Frame,
  Input,
  Step,
} from '../dialect.js';
import { unsupportedAction, writeRawText } from '../taken.js';
import type { WatchInput } from '../watch.js';
import {
  type Closed,
  end,
  firstMessage,
  HELLO,
  HELLO_TIMEOUT_MS,
  hold,
  nothingHeld,
  receive,
  replay,
  unrecognised,
} from './arrival.js';
import { arrive, FRAMES_PER_OFFER, keepEarly, takeEarly } from './arriving.js';
import { Close, closeFor, limits } from './close-codes.js';
import { resumedMember, resumedOf, sessionsOf, takeUp } from './greeting.js';
import { iceServerList } from './ice-servers.js';
import { onPresence, onSettled } from './presence-report.js';
import { refusal } from './refusal.js';
import { close, count, Failure, fail, type Request, reply, requestOf } from './replies.js';
import type { CameraState, Ready } from './state.js';
import { onIceServers, onSessionMessage } from './watch-messages.js';
import { leave, newWatch, noWatches, settle, type WatchesStep, withWatch } from './watches.js';
import { type Decoded, formatTs, isIdentifier, isStorableText, type Message } from './wire.js';

export type { CameraState } from './state.js';

/** Longest device token in characters. */
const MAX_TOKEN = 4096;
/** The name of the question that takes sessions up again. */
const RESUME = 'resume';
/** Sessions that one camera holds, whatever the platform's own limit is set to. */
const MAX_SESSIONS = 64;

type Open = Exclude<CameraState, Closed>;

export const camera: Dialect<CameraState> = {
  name: 'camera',
  limits,
  upgrade: () => ({ accept: true }),
  open: ({ connectionId }) => ({
    state: { phase: 'opening', connectionId },
    effects: [{ do: 'arm', timer: HELLO, afterMs: HELLO_TIMEOUT_MS }],
  }),
  step: (state, input, now) => (state.phase === 'closed' ? { state, effects: [] } : react(state, input, now)),
  deliver: (state, input, now) => {
    if (state.phase === 'verifying') return whileResuming(state, input);
    return state.phase === 'ready' ? onDelivered(state, input, now) : { state, effects: [] };
  },
  closeFor,
};

function react(state: Open, input: Input, now: number): Step<CameraState> {
  switch (input.on) {
    case 'frame':
      return onFrame(state, input.frame, now);
    case 'answer':
      return onAnswer(state, input.to, input.answer, now);
    case 'command':
      return onCommand(state, input.command, now);
    case 'timer':
      return state.phase === 'opening' && input.timer === HELLO
        ? end(close(Close.helloTimeout, 'hello_timeout'))
        : { state, effects: [] };
  }
}

function onFrame(state: Open, frame: Frame, now: number): Step<CameraState> {
  const received = receive(frame);
  if (received === undefined)
    return endOf(state, now, close(Close.binary, 'binary_frame'), count('malformed', 'binary'));
  const next = onDecoded(state, received.decoded, frame.data.byteLength, now);
  return { state: next.state, effects: [...received.counts, ...next.effects] };
}

function onDecoded(state: Open, decoded: Decoded, bytes: number, now: number): Step<CameraState> {
  switch (state.phase) {
    case 'opening': {
      const first = firstMessage(decoded);
      return 'effects' in first ? first : onHello(state.connectionId, first);
    }
    case 'verifying': {
      const { held, effects } = hold(state.held, decoded, bytes, now);
      return { state: { ...state, held }, effects };
    }
    case 'ready':
      return onMessage(state, decoded, now);
  }
}

function onHello(connectionId: string, hello: Message): Step<CameraState> {
  const { device_id: identifier, token, resume, sessions } = hello.payload;
  if (typeof identifier !== 'string' || identifier === '') {
    return end(close(Close.missingDeviceId, 'device_id_missing'));
  }
  if (!isIdentifier(identifier)) return end(close(Close.invalidDeviceId, 'device_id_invalid'));
  const hasToken = token !== undefined && token !== null && token !== '';
  if (hasToken && !isToken(token)) return end(close(Close.invalidToken, 'token_invalid'));
  const greeting = { request: requestOf(hello), resumes: resume === true, sessions: sessionsOf(sessions) };
  const effects: Effect[] = [
    { do: 'disarm', timer: HELLO },
    {
      do: 'ask',
      as: HELLO,
      question: { kind: 'admit', identifier, deviceKind: 'camera', ...(hasToken ? { token } : {}) },
    },
  ];
  return { state: { phase: 'verifying', connectionId, hello: greeting, held: nothingHeld }, effects };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && token.length <= MAX_TOKEN && isStorableText(token);
}

function onAnswer(state: Open, to: string, answer: Answer, now: number): Step<CameraState> {
  if (state.phase === 'ready') return onReadyAnswer(state, to, answer, now);
  if (state.phase !== 'verifying') return { state, effects: [] };
  const { hello, admitted } = state;
  if (admitted !== undefined)
    return to === RESUME ? onResumed(state, admitted, answer, now) : { state, effects: [] };
  if (to !== HELLO) return { state, effects: [] };
  if (answer.kind === 'refused') return refusal(hello.request, answer.code, now);
  if (answer.kind !== 'admitted') return end(close(Close.internal, 'unexpected_answer'));
  const ready = readyOf(answer.device, state.connectionId, hello.resumes);
  if (hello.sessions === undefined && !hello.resumes) {
    return replay(
      { state: ready, effects: [welcome(ready, hello.request, now)] },
      state.held,
      onMessage,
      now,
    );
  }
  // One that names none may have been watched before: those sessions are over, and their viewers want to know.
  const question = { kind: 'resume', sessions: hello.sessions ?? [] } as const;
  return { state: { ...state, admitted: ready }, effects: [{ do: 'ask', as: RESUME, question }] };
}

function readyOf(device: AdmittedDevice, connectionId: string, resumes: boolean): Ready {
  const watches = noWatches('camera', connectionId, resumes);
  return { phase: 'ready', device, pending: new Map(), nextReceipt: 1, watches };
}

/** A camera is welcome whatever became of its sessions: those that it is not told are over. */
function onResumed(
  state: Extract<CameraState, { phase: 'verifying' }>,
  admitted: Ready,
  answer: Answer,
  now: number,
): Step<CameraState> {
  const { hello, held } = state;
  const { sessions, effects } = resumedOf(answer);
  const early = takeEarly(takeUp(admitted.watches, sessions), false, now);
  const ready: Ready = { ...admitted, watches: early.watches };
  const said = welcome(ready, hello.request, now, resumedMember(hello.sessions, sessions));
  return replay({ state: ready, effects: [...effects, said, ...early.effects] }, held, onMessage, now);
}

/** Viewers hear of this connection before it hears that it has its sessions back: what they say meanwhile waits. */
function whileResuming(
  state: Extract<CameraState, { phase: 'verifying' }>,
  input: Delivered | ConnectionClosed,
): Step<CameraState> {
  const { admitted } = state;
  if (admitted === undefined || input.on !== 'signal') return { state, effects: [] };
  const { watches, effects } = keepEarly(admitted.watches, input);
  return { state: { ...state, admitted: { ...admitted, watches } }, effects };
}

function welcome(state: Ready, hello: Request, now: number, more = {}): Effect {
  const payload = { device_id: state.device.identifier, server_time: formatTs(now), ...more };
  return reply(hello, 'hello_ack', payload, now);
}

function onReadyAnswer(state: Ready, to: string, answer: Answer, now: number): Step<Ready> {
  if (answer.kind === 'signalled') return withWatches(state, settle(state.watches, to, answer.outcome, now));
  const served = onIceServers(state.watches, to, answer, now);
  return served === undefined ? onSettled(state, to, answer, now) : withWatches(state, served);
}

function onCommand(state: Open, command: DeviceCommand, now: number): Step<CameraState> {
  switch (command.kind) {
    case 'superseded':
      return state.phase === 'ready' && command.device.id === state.device.id
        ? endOf(state, now, close(Close.replaced, 'replaced'))
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
    default: {
      const said = onSessionMessage(state.watches, decoded, now);
      return said === undefined ? { state, effects: unrecognised(decoded, now) } : withWatches(state, said);
    }
  }
}

function onSecondHello(state: Ready, hello: Message, now: number): Effect {
  return hello.payload['device_id'] === state.device.identifier
    ? welcome(state, hello, now)
    : fail(hello, Failure.badRequest, now);
}

function onDelivered(state: Ready, input: Delivered | ConnectionClosed, now: number): Step<Ready> {
  switch (input.on) {
    case 'start':
      return onStart(state, input, now);
    case 'signal': {
      const step = arrive(state.watches, input, now);
      if (step === undefined) return { state, effects: [] };
      return accepting(withWatches(state, step), state.watches.resumes);
    }
    case 'closed':
      return withWatches(state, leave(state.watches, input.leaving, now));
    case 'console':
    case 'push':
    case 'withdrawn':
      // Cameras have neither consoles nor firmware of ours, and are no people.
      return { state, effects: [] };
  }
}

/** The camera hears of a session before its viewer does: only once this is written is the viewer told (camera.md 8, 3). */
function onStart(state: Ready, start: Extract<WatchInput, { on: 'start' }>, now: number): Step<Ready> {
  const { sessionId, userId, viewer, ice, traceparent } = start;
  const { watches } = state;
  const isKnown = watches.sessions.has(sessionId);
  if (!isKnown && watches.sessions.size >= MAX_SESSIONS) {
    return { state, effects: [count('refused', 'sessions_full')] };
  }
  const payload = { session_id: sessionId, user_id: userId, ice_servers: iceServerList(ice) };
  const told: Effect[] = isKnown
    ? []
    : [{ do: 'allow', frames: FRAMES_PER_OFFER }, reply({}, 'watch_request', payload, now)];
  const next = isKnown ? watches : withWatch(watches, sessionId, newWatch(viewer, traceparent));
  return accepting(withWatches(state, { watches: next, effects: told }), watches.resumes);
}

function accepting(step: Step<Ready>, resumes: boolean): Step<Ready> {
  return { state: step.state, effects: [...step.effects, { do: 'accept', resumes }] };
}

function withWatches(state: Ready, { watches, effects }: WatchesStep): Step<Ready> {
  return { state: watches === state.watches ? state : { ...state, watches }, effects };
}

/** Ends the connection; what its sessions owe to the other ends is said first. */
function endOf(state: Open, now: number, effect: Effect, ...last: readonly Effect[]): Step<Closed> {
  const owed = state.phase === 'ready' ? leave(state.watches, false, now).effects : [];
  return end(effect, ...last, ...owed);
}
