// A person's socket in the signaling dialect: hello with a token, heartbeat, and the sessions in which they watch.
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
} from '../camera/arrival.js';
import { keepEarly, takeEarly } from '../camera/arriving.js';
import { Close, closeFor, limits } from '../camera/close-codes.js';
import { resumedMember, resumedOf, sessionsOf, takeUp } from '../camera/greeting.js';
import { close, count, Failure, fail, type Request, reply, requestOf } from '../camera/replies.js';
import { onSessionMessage } from '../camera/watch-messages.js';
import { leave, noWatches } from '../camera/watches.js';
import { type Decoded, formatTs, type Message } from '../camera/wire.js';
import type {
  Answer,
  ConnectionClosed,
  Delivered,
  Dialect,
  Effect,
  Frame,
  Input,
  RefusalCode,
  Step,
} from '../dialect.js';
import type { Person } from '../watch.js';
import { onWatchAnswer, onWatchRequest, onWatchSignal, withWatches } from './requests.js';
import type { Ready, ViewerState } from './state.js';

export type { ViewerState } from './state.js';

/** Longest token in characters; header limits of HTTP servers keep real ones below it. */
const MAX_TOKEN = 8192;
/** The name of the question that a further hello asks. */
const RENEW = 'renew';

/** The name of the question that takes sessions up again. */
const RESUME = 'resume';

type Open = Exclude<ViewerState, Closed>;

export const viewer: Dialect<ViewerState> = {
  name: 'viewer',
  limits,
  upgrade: () => ({ accept: true }),
  open: ({ connectionId }) => ({
    state: { phase: 'opening', connectionId },
    effects: [{ do: 'arm', timer: HELLO, afterMs: HELLO_TIMEOUT_MS }],
  }),
  step: (state, input, now) => (state.phase === 'closed' ? { state, effects: [] } : react(state, input, now)),
  deliver: (state, input, now) => {
    if (state.phase === 'verifying') return whileResuming(state, input);
    if (state.phase !== 'ready') return { state, effects: [] };
    return input.on === 'closed'
      ? withWatches(state, leave(state.watches, input.leaving, now))
      : onWatchSignal(state, input, now);
  },
  closeFor,
};

function react(state: Open, input: Input, now: number): Step<ViewerState> {
  switch (input.on) {
    case 'frame':
      return onFrame(state, input.frame, now);
    case 'answer':
      return onAnswer(state, input.to, input.answer, now);
    case 'command':
      // A viewer speaks for no device, so no device's command concerns it.
      return { state, effects: [] };
    case 'timer':
      return state.phase === 'opening' && input.timer === HELLO
        ? end(close(Close.helloTimeout, 'hello_timeout'))
        : { state, effects: [] };
  }
}

function onFrame(state: Open, frame: Frame, now: number): Step<ViewerState> {
  const received = receive(frame);
  if (received === undefined) {
    const owed = state.phase === 'ready' ? leave(state.watches, false, now).effects : [];
    return end(close(Close.binary, 'binary_frame'), count('malformed', 'binary'), ...owed);
  }
  const next = onDecoded(state, received.decoded, frame.data.byteLength, now);
  return { state: next.state, effects: [...received.counts, ...next.effects] };
}

function onDecoded(state: Open, decoded: Decoded, bytes: number, now: number): Step<ViewerState> {
  switch (state.phase) {
    case 'opening': {
      const first = firstMessage(decoded);
      return 'effects' in first ? first : onHello(state.connectionId, first, now);
    }
    case 'verifying': {
      const { held, effects } = hold(state.held, decoded, bytes, now);
      return { state: { ...state, held }, effects };
    }
    case 'ready':
      return onMessage(state, decoded, now);
  }
}

function onHello(connectionId: string, hello: Message, now: number): Step<ViewerState> {
  const { token, resume } = hello.payload;
  if (token === undefined || token === null || token === '') {
    return end(close(Close.missingToken, 'token_missing'));
  }
  if (!isToken(token)) return refusal(hello, 'unauthenticated', now);
  const effects: Effect[] = [{ do: 'disarm', timer: HELLO }, verify(HELLO, token)];
  const sessions = sessionsOf(resume);
  const resumes = resume === true || sessions !== undefined;
  const greeting = { request: requestOf(hello), resumes, sessions };
  return { state: { phase: 'verifying', connectionId, hello: greeting, held: nothingHeld }, effects };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN;
}

function verify(as: string, token: string): Effect {
  return { do: 'ask', as, question: { kind: 'authenticate', token } };
}

function onAnswer(state: Open, to: string, answer: Answer, now: number): Step<ViewerState> {
  if (state.phase === 'ready') {
    return to === RENEW ? onRenewed(state, answer, now) : onWatchAnswer(state, to, answer, now);
  }
  if (state.phase !== 'verifying') return { state, effects: [] };
  const { hello, known } = state;
  if (known !== undefined)
    return to === RESUME ? onResumed(state, known, answer, now) : { state, effects: [] };
  if (to !== HELLO) return { state, effects: [] };
  if (answer.kind === 'refused') return refusal(hello.request, answer.code, now);
  if (answer.kind !== 'authenticated') return end(close(Close.internal, 'unexpected_answer'));
  const { person } = answer;
  const watches = noWatches('viewer', state.connectionId, hello.resumes);
  const ready: Ready = { phase: 'ready', person, watches };
  if (hello.sessions === undefined) {
    return replay(
      { state: ready, effects: [welcome(ready, hello.request, now)] },
      state.held,
      onMessage,
      now,
    );
  }
  const question = { kind: 'resume', person, sessions: hello.sessions } as const;
  return { state: { ...state, known: ready }, effects: [{ do: 'ask', as: RESUME, question }] };
}

/** When nobody can say what became of its sessions, a viewer had better come back than give up a picture that it has. */
function onResumed(
  state: Extract<ViewerState, { phase: 'verifying' }>,
  known: Ready,
  answer: Answer,
  now: number,
): Step<ViewerState> {
  if (answer.kind === 'refused' && answer.code === 'unavailable') {
    return end(close(Close.tryLater, 'resume_unavailable'));
  }
  const { hello, held } = state;
  const { sessions, effects } = resumedOf(answer);
  const early = takeEarly(takeUp(known.watches, sessions), false, now);
  const ready: Ready = { ...known, watches: early.watches };
  const said = welcome(ready, hello.request, now, resumedMember(hello.sessions, sessions));
  return replay({ state: ready, effects: [...effects, said, ...early.effects] }, held, onMessage, now);
}

/** The other ends hear of a connection before it hears that it has its sessions back: what they say meanwhile waits. */
function whileResuming(
  state: Extract<ViewerState, { phase: 'verifying' }>,
  input: Delivered | ConnectionClosed,
): Step<ViewerState> {
  const { known } = state;
  if (known === undefined || input.on !== 'signal') return { state, effects: [] };
  const { watches, effects } = keepEarly(known.watches, input);
  return { state: { ...state, known: { ...known, watches } }, effects };
}

/** Only what passes may return at once; a token that does not name anyone is a wrong token, whatever is wrong with it. */
function refusal(hello: Request, code: RefusalCode, now: number): Step<ViewerState> {
  switch (code) {
    case 'conflict':
    case 'exhausted':
    case 'unavailable':
      return end(close(Close.tryLater, code));
    case 'forbidden':
      return end(close(Close.unauthorized, 'unauthorized'), fail(hello, Failure.unauthorized, now));
    case 'not_found':
    case 'unauthenticated':
    case 'invalid':
      return end(close(Close.invalidToken, 'token_invalid'), fail(hello, Failure.invalidToken, now));
  }
}

/** After the first hello nothing that a viewer says closes its socket: a bad renewal leaves it as it was. */
function onRenewed({ renewing: hello, ...state }: Ready, answer: Answer, now: number): Step<ViewerState> {
  if (hello === undefined) return { state, effects: [] };
  if (answer.kind === 'authenticated') {
    const isSame = userIdOf(answer.person) === userIdOf(state.person);
    return { state, effects: [isSame ? welcome(state, hello, now) : fail(hello, Failure.badRequest, now)] };
  }
  const isBadToken =
    answer.kind === 'refused' && (answer.code === 'unauthenticated' || answer.code === 'not_found');
  return { state, effects: [fail(hello, isBadToken ? Failure.invalidToken : Failure.internal, now)] };
}

function welcome({ person }: Ready, hello: Request, now: number, more = {}): Effect {
  const payload = { user_id: userIdOf(person), server_time: formatTs(now), ...more };
  return reply(hello, 'hello_ack', payload, now);
}

function userIdOf(person: Person): string {
  return 'userId' in person ? person.userId : person.apiKeyId;
}

function onMessage(state: ViewerState, decoded: Decoded, now: number): Step<ViewerState> {
  if (state.phase !== 'ready') return { state, effects: [] };
  if (decoded.kind === 'malformed') return { state, effects: [fail(decoded, Failure.badRequest, now)] };
  switch (decoded.type) {
    case 'hello':
      return onFurtherHello(state, decoded, now);
    case 'heartbeat':
      return { state, effects: [reply(decoded, 'heartbeat_ack', {}, now)] };
    case 'watch_request':
      return onWatchRequest(state, decoded, now);
    default: {
      const said = onSessionMessage(state.watches, decoded, now);
      return said === undefined ? { state, effects: unrecognised(decoded, now) } : withWatches(state, said);
    }
  }
}

function onFurtherHello(state: Ready, hello: Message, now: number): Step<ViewerState> {
  const { token } = hello.payload;
  if (!isToken(token)) return { state, effects: [fail(hello, Failure.badRequest, now)] };
  if (state.renewing !== undefined) {
    return { state, effects: [count('refused', 'renewing'), fail(hello, Failure.rateLimited, now)] };
  }
  return { state: { ...state, renewing: requestOf(hello) }, effects: [verify(RENEW, token)] };
}
