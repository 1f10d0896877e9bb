// A person's socket for the console or shell of a device: hello, permission, and from then on what is typed and shown.
import { closeFor } from '../camera/close-codes.js';
import { linkName, newLink, settled, tell } from '../console-link.js';
import type { ConsoleContent, ConsoleInput, OpenedConsole } from '../console-session.js';
import type { Answer, ConnectionClosed, Delivered, Dialect, Effect, Frame, Input, Step } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import { abandon, Close, finish, refusal, refuse } from './ending.js';
import type { ConsoleState, Live, Opened, Wish } from './state.js';
import { bearerOf, type PersonMessage, readMessage, say, sayError, sayFile } from './wire.js';

const HELLO_TIMEOUT_MS = 10_000;
/** The device's end forgets who has not said for a minute that they are there. */
const PRESENCE_MS = 15_000;
/** Without a key typed for so long the person has gone home. */
const IDLE_MS = 30 * 60_000;
/** Whoever forgets a console leaves it open for no longer than a working day. */
const LONGEST_MS = 8 * 60 * 60_000;
/** UTF-16 units that the device may show before the person is told that the console is ready. */
const MAX_EARLY = 128 * 1024;
const DEFAULT_WINDOW = { rows: 24, columns: 80 };

export const personConsole: Dialect<ConsoleState> = {
  name: 'console',
  // A key held down repeats 30 times a second; a chunk of a file has 22 KiB as base64.
  limits: { maxFrameBytes: 64 * 1024, idleS: 96, framesPerS: 100, frameBurst: 400 },
  upgrade: () => ({ accept: true }),
  open: ({ headers }) => ({
    state: { phase: 'opening', bearer: bearerOf(headers['authorization']) },
    effects: [{ do: 'arm', timer: 'hello', afterMs: HELLO_TIMEOUT_MS }],
  }),
  step: (state, input, now) => (state.phase === 'closed' ? { state, effects: [] } : react(state, input, now)),
  deliver: onDelivered,
  closeFor,
};

function react(state: ConsoleState, input: Input, now: number): Step<ConsoleState> {
  switch (input.on) {
    case 'frame':
      return onFrame(state, input.frame, now);
    case 'answer':
      return onAnswer(state, input.to, input.answer, now);
    case 'timer':
      return onTimer(state, input.timer, now);
    case 'command':
      // A person speaks for no device, so no device's command concerns them.
      return { state, effects: [] };
  }
}

function isLive(state: ConsoleState): state is Live {
  return state.phase === 'joining' || state.phase === 'ready';
}

function onFrame(state: ConsoleState, frame: Frame, now: number): Step<ConsoleState> {
  if (frame.binary) {
    const malformed: Effect = { do: 'count', outcome: 'malformed', what: 'binary' };
    if (!isLive(state)) return refuse(Close.binary, 'binary_frame', 'invalid', 'Text frames only', malformed);
    const ended = finish(state.opened, 'binary_frame', now, true, Close.binary);
    return { ...ended, effects: [malformed, ...ended.effects] };
  }
  const message = readMessage(frame.data);
  if (state.phase === 'opening') {
    if (message.type === 'hello') return onHello(state.bearer, message);
    const why = message.type === 'unreadable' && message.about === 'hello' ? message.message : undefined;
    return refuse(Close.expectedHello, 'hello_expected', 'invalid', why ?? 'The first message is a hello');
  }
  if (message.type === 'unreadable') {
    const malformed: Effect = { do: 'count', outcome: 'malformed', what: message.about };
    return { state, effects: [malformed, sayError('invalid', message.message)] };
  }
  if (state.phase !== 'ready' || message.type === 'hello') {
    const early: Effect = { do: 'count', outcome: 'ignored', what: `${message.type}_out_of_turn` };
    return { state, effects: [early, sayError('invalid', 'Not now')] };
  }
  return onMessage(state, message, frame.data.byteLength, now);
}

function onHello(
  bearer: string | undefined,
  hello: Extract<PersonMessage, { type: 'hello' }>,
): Step<ConsoleState> {
  const token = hello.token ?? bearer;
  if (token === undefined)
    return refuse(Close.refused, 'token_missing', 'unauthenticated', 'A token is missing');
  const { device, kind, window = DEFAULT_WINDOW } = hello;
  const ask: Effect = { do: 'ask', as: 'who', question: { kind: 'authenticate', token } };
  return {
    state: { phase: 'verifying', wish: { device, kind, window } },
    effects: [{ do: 'disarm', timer: 'hello' }, ask],
  };
}

function onMessage(
  state: Extract<ConsoleState, { phase: 'ready' }>,
  message: Exclude<PersonMessage, { type: 'hello' }>,
  bytes: number,
  now: number,
): Step<ConsoleState> {
  const { opened } = state;
  const { link, effects } = tell(opened.link, contentOf(message));
  return {
    state: { ...state, typedMs: now, opened: { ...opened, link, bytesIn: opened.bytesIn + bytes } },
    effects,
  };
}

function contentOf(message: Exclude<PersonMessage, { type: 'hello' }>): ConsoleContent {
  switch (message.type) {
    case 'input':
      return { is: 'data', data: message.data };
    case 'resize':
      return { is: 'window', ...message.window };
    case 'restart':
      return { is: 'restart' };
    case 'file':
      return { is: 'file', file: message.file };
  }
}

function onAnswer(state: ConsoleState, to: string, answer: Answer, now: number): Step<ConsoleState> {
  if (answer.kind === 'signalled') {
    if (!isLive(state) || to !== linkName(state.opened.session.sessionId)) return { state, effects: [] };
    return onSignalled(state, answer.outcome, now);
  }
  if (state.phase !== 'verifying' && state.phase !== 'asking') return { state, effects: [] };
  if (answer.kind === 'refused') return refusal(answer.code);
  const { wish } = state;
  if (state.phase === 'verifying' && answer.kind === 'authenticated') {
    const { person } = answer;
    const question = { kind: 'open_console', person, device: wish.device, console: wish.kind } as const;
    return { state: { phase: 'asking', wish }, effects: [{ do: 'ask', as: 'may', question }] };
  }
  return state.phase === 'asking' && answer.kind === 'console'
    ? onOpened(wish, answer.session, now)
    : { state, effects: [] };
}

/** The device's end is told first; only when it has a console to show is the person told that it is ready. */
function onOpened(wish: Wish, session: OpenedConsole, now: number): Step<ConsoleState> {
  const { link, effects } = tell(newLink(session.sessionId, session.device), presence(session));
  const opened = { session, openedMs: now, link, bytesIn: 0, bytesOut: 0 };
  return { state: { phase: 'joining', wish, opened, early: '' }, effects };
}

function presence({ kind, actor }: OpenedConsole): ConsoleContent {
  return { is: 'open', kind, person: actor };
}

function onSignalled(state: Live, outcome: SignalOutcome, now: number): Step<ConsoleState> {
  const { opened } = state;
  const step = settled(opened.link, outcome);
  if (step === undefined) {
    const reason = outcome === 'not_joined' ? 'not_joined' : 'device_gone';
    return finish(opened, reason, now, false);
  }
  const next = { ...opened, link: step.link };
  if (state.phase === 'ready') return { state: { ...state, opened: next }, effects: step.effects };
  // Of the first signal nothing else can be known: whoever is not told of the person has nothing to show.
  if (outcome === 'lost') return finish(opened, 'device_gone', now, true);
  return begin(state, next, now);
}

function begin(
  { wish, early }: Extract<ConsoleState, { phase: 'joining' }>,
  opened: Opened,
  now: number,
): Step<ConsoleState> {
  const { sessionId, deviceId } = opened.session;
  const resized = tell(opened.link, { is: 'window', ...wish.window });
  const effects: Effect[] = [
    say('ready', { session_id: sessionId, device_id: deviceId, kind: wish.kind }),
    ...(early === '' ? [] : [say('data', { data: early })]),
    ...resized.effects,
    { do: 'arm', timer: 'presence', afterMs: PRESENCE_MS },
    { do: 'arm', timer: 'longest', afterMs: LONGEST_MS },
  ];
  return { state: { phase: 'ready', opened: { ...opened, link: resized.link }, typedMs: now }, effects };
}

function onTimer(state: ConsoleState, timer: string, now: number): Step<ConsoleState> {
  if (state.phase === 'opening' && timer === 'hello') {
    return refuse(Close.helloTimeout, 'hello_timeout', 'invalid', 'No hello came');
  }
  if (state.phase !== 'ready') return { state, effects: [] };
  if (timer === 'longest') return finish(state.opened, 'too_long', now, true);
  if (timer !== 'presence') return { state, effects: [] };
  if (now - state.typedMs > IDLE_MS) return finish(state.opened, 'idle', now, true);
  const { opened } = state;
  const { link, effects } = tell(opened.link, presence(opened.session));
  const again: Effect = { do: 'arm', timer: 'presence', afterMs: PRESENCE_MS };
  return { state: { ...state, opened: { ...opened, link } }, effects: [...effects, again] };
}

function onDelivered(
  state: ConsoleState,
  input: Delivered | ConnectionClosed,
  now: number,
): Step<ConsoleState> {
  if (!isLive(state)) return { state, effects: [] };
  if (input.on === 'closed') return abandon(state.opened, now);
  if (input.on === 'withdrawn') return finish(state.opened, 'rights_withdrawn', now, true, Close.refused);
  const { session } = state.opened;
  const isMine = input.on === 'console' && input.sessionId === session.sessionId;
  // Nobody but the device's end speaks in this session.
  if (!isMine || input.from.connectionId !== session.device.connectionId) return { state, effects: [] };
  const step = onShown(state, input, now);
  return { ...step, effects: [{ do: 'accept', joined: true }, ...step.effects] };
}

function onShown(state: Live, { content }: ConsoleInput, now: number): Step<ConsoleState> {
  const { opened } = state;
  if (content.is === 'closed') return finish(opened, content.reason, now, false);
  if (content.is === 'data') {
    const bytesOut = opened.bytesOut + Buffer.byteLength(content.data);
    const next = { ...opened, bytesOut };
    if (state.phase === 'ready') {
      return { state: { ...state, opened: next }, effects: [say('data', { data: content.data })] };
    }
    return {
      state: { ...state, opened: next, early: (state.early + content.data).slice(-MAX_EARLY) },
      effects: [],
    };
  }
  return { state, effects: content.is === 'file' && state.phase === 'ready' ? [sayFile(content.file)] : [] };
}
