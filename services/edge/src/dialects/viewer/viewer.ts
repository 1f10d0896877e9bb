// A person's socket in the signaling dialect: hello with a token, heartbeat. Decides what is said; does nothing.
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
} from '../camera/arrival.js';
import { Close, closeFor, limits } from '../camera/close-codes.js';
import { close, count, Failure, fail, type Request, reply, requestOf } from '../camera/replies.js';
import { type Decoded, formatTs, isIdentifier, type Message } from '../camera/wire.js';
import type { Answer, Dialect, Effect, Frame, Input, RefusalCode, Step } from '../dialect.js';

/** Longest token in characters; header limits of HTTP servers keep real ones below it. */
const MAX_TOKEN = 8192;
/** The name of the question that a further hello asks. */
const RENEW = 'renew';

interface Ready {
  readonly phase: 'ready';
  readonly userId: string;
  /** A further hello whose token is being verified. */
  readonly renewing?: Request;
}

export type ViewerState =
  | { readonly phase: 'opening' }
  | { readonly phase: 'verifying'; readonly hello: Request; readonly held: Held }
  | Ready
  | Closed;

export const viewer: Dialect<ViewerState> = {
  name: 'viewer',
  limits,
  upgrade: () => ({ accept: true }),
  open: () => ({
    state: { phase: 'opening' },
    effects: [{ do: 'arm', timer: HELLO, afterMs: HELLO_TIMEOUT_MS }],
  }),
  step: (state, input, now) => (state.phase === 'closed' ? { state, effects: [] } : react(state, input, now)),
  closeFor,
};

function react(state: Exclude<ViewerState, Closed>, input: Input, now: number): Step<ViewerState> {
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

function onFrame(state: Exclude<ViewerState, Closed>, frame: Frame, now: number): Step<ViewerState> {
  const received = receive(frame);
  if (received === undefined) return end(close(Close.binary, 'binary_frame'), count('malformed', 'binary'));
  const next = onDecoded(state, received.decoded, frame.data.byteLength, now);
  return { state: next.state, effects: [...received.counts, ...next.effects] };
}

function onDecoded(
  state: Exclude<ViewerState, Closed>,
  decoded: Decoded,
  bytes: number,
  now: number,
): Step<ViewerState> {
  switch (state.phase) {
    case 'opening': {
      const first = firstMessage(decoded);
      return 'effects' in first ? first : onHello(first, now);
    }
    case 'verifying': {
      const { held, effects } = hold(state.held, decoded, bytes, now);
      return { state: { ...state, held }, effects };
    }
    case 'ready':
      return onMessage(state, decoded, now);
  }
}

function onHello(hello: Message, now: number): Step<ViewerState> {
  const { token } = hello.payload;
  if (token === undefined || token === null || token === '') {
    return end(close(Close.missingToken, 'token_missing'));
  }
  if (!isToken(token)) return refusal(hello, 'unauthenticated', now);
  const effects: Effect[] = [{ do: 'disarm', timer: HELLO }, verify(HELLO, token)];
  return { state: { phase: 'verifying', hello: requestOf(hello), held: nothingHeld }, effects };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN;
}

function verify(as: string, token: string): Effect {
  return { do: 'ask', as, question: { kind: 'authenticate', token } };
}

function onAnswer(
  state: Exclude<ViewerState, Closed>,
  to: string,
  answer: Answer,
  now: number,
): Step<ViewerState> {
  if (state.phase === 'ready') return onRenewed(state, to, answer, now);
  if (state.phase !== 'verifying' || to !== HELLO) return { state, effects: [] };
  if (answer.kind === 'refused') return refusal(state.hello, answer.code, now);
  if (answer.kind !== 'authenticated') return end(close(Close.internal, 'unexpected_answer'));
  const ready: Ready = { phase: 'ready', userId: answer.userId };
  const start: Step<ViewerState> = { state: ready, effects: [welcome(ready, state.hello, now)] };
  return replay(start, state.held, onMessage, now);
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
function onRenewed(state: Ready, to: string, answer: Answer, now: number): Step<ViewerState> {
  const hello = state.renewing;
  if (to !== RENEW || hello === undefined) return { state, effects: [] };
  const next: Ready = { phase: 'ready', userId: state.userId };
  if (answer.kind === 'authenticated') {
    const same = answer.userId === state.userId;
    return {
      state: next,
      effects: [same ? welcome(next, hello, now) : fail(hello, Failure.badRequest, now)],
    };
  }
  const isBadToken =
    answer.kind === 'refused' && (answer.code === 'unauthenticated' || answer.code === 'not_found');
  return {
    state: next,
    effects: [fail(hello, isBadToken ? Failure.invalidToken : Failure.internal, now)],
  };
}

function welcome(state: Ready, hello: Request, now: number): Effect {
  return reply(hello, 'hello_ack', { user_id: state.userId, server_time: formatTs(now) }, now);
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
      return { state, effects: onWatchRequest(decoded, now) };
    case 'signal_offer':
    case 'signal_answer':
    case 'signal_ice':
    case 'end_watch':
      return { state, effects: noSession(decoded, now) };
    default:
      return { state, effects: unrecognised(decoded, now) };
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

function onWatchRequest(message: Message, now: number): readonly Effect[] {
  if (!isIdentifier(message.payload['device_id'])) {
    return [count('malformed', 'watch_request'), fail(message, Failure.badRequest, now)];
  }
  return [count('refused', 'watch_unavailable'), fail(message, Failure.watchUnavailable, now)];
}
