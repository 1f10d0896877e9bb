// One HTTP upgrade request: read at once, perhaps asked about, then refused with a reason or turned into a WebSocket.

import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { currentTraceparent, inSpan } from '@mooring/runtime';
import type { Hello } from '../dialects/dialect.js';
import type { UpgradeAnswer, UpgradeQuestion, UpgradeVerdict } from '../dialects/upgrade.js';
import type { Upgrading } from '../presence/authenticate.js';
import type { Endpoint } from '../session/endpoint.js';
import type { Gate, Refusal } from './gate.js';
import { type HelloOptions, readHello } from './hello.js';
import type { SocketData } from './peer.js';
import type { Slots } from './slots.js';

export interface UpgradeOptions extends HelloOptions {
  readonly gate: Gate;
  /** Requests that wait for an answer. */
  readonly asking: Slots;
  /** Never rejects, and answers within seconds. */
  authenticate(question: UpgradeQuestion, upgrading: Upgrading): Promise<UpgradeAnswer>;
  refused(endpoint: Endpoint, reason: string): void;
}

const RETRY_AFTER_S = '5';
const FORBIDDEN: ReadonlySet<Refusal> = new Set(['network']);

/** One request as it goes through: whatever is needed of it was read before this was made. */
interface Request {
  readonly endpoint: Endpoint;
  readonly options: UpgradeOptions;
  readonly response: HttpResponse;
  readonly context: us_socket_context_t;
  readonly hello: Hello;
}

/** Everything that is needed of the request is read here: it is gone when this returns. */
export function upgrade(
  endpoint: Endpoint,
  options: UpgradeOptions,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const hello = readHello(endpoint.path, options, response, request);
  const upgrading: Request = { endpoint, options, response, context, hello };
  const refusal = options.gate.check(endpoint.dialect, hello.remoteAddress, Date.now());
  if (refusal !== undefined) {
    turnAway(upgrading, refusal);
    return;
  }
  const decision = endpoint.upgrade(hello);
  const attributes = { 'mooring.dialect': endpoint.dialect, 'mooring.connection': hello.connectionId };
  if (decision.accept === false) settle(upgrading, decision);
  else if (decision.accept === true)
    inSpan('edge upgrade', { attributes }, () => settle(upgrading, decision));
  else if (options.asking.take())
    void inSpan('edge upgrade', { attributes }, () => ask(upgrading, decision.question));
  else turnAway(upgrading, 'overloaded');
}

/** The peer may be gone, and the edge on its way down, when the answer comes. */
async function ask(request: Request, question: UpgradeQuestion): Promise<void> {
  const { endpoint, options, response, hello } = request;
  let gone = false;
  response.onAborted(() => {
    gone = true;
    options.refused(endpoint, 'aborted');
  });
  const upgrading = { ...hello, dialect: endpoint.dialect };
  const answer = await options.authenticate(question, upgrading).finally(() => options.asking.give());
  if (gone) return;
  response.cork(() => {
    if (options.gate.draining) {
      turnAway(request, 'draining');
      return;
    }
    const known = answer.kind === 'proven' ? { ...hello, proven: answer.proven } : hello;
    settle({ ...request, hello: known }, endpoint.answered(known, answer));
  });
}

function settle({ endpoint, options, response, context, hello }: Request, verdict: UpgradeVerdict): void {
  if (!verdict.accept) {
    options.refused(endpoint, `status_${verdict.status.slice(0, 3)}`);
    refuse(response, verdict.status, verdict.headers, verdict.body);
    return;
  }
  const data: SocketData = {
    hello,
    session: undefined,
    peer: undefined,
    traceparent: currentTraceparent(),
  };
  response.upgrade(
    data,
    hello.headers['sec-websocket-key'] ?? '',
    verdict.subprotocol ?? '',
    // Extensions are never offered back: compression costs memory per socket, and devices do without.
    '',
    context,
  );
}

function turnAway({ endpoint, options, response }: Request, refusal: Refusal): void {
  options.refused(endpoint, refusal);
  const [status, retry] = FORBIDDEN.has(refusal)
    ? ['403 Forbidden', {}]
    : ['503 Service Unavailable', { 'retry-after': RETRY_AFTER_S }];
  refuse(response, status, retry, refusal);
}

/** Answers with a status and a body. uWebSockets.js adds the Date, by which devices without a clock set theirs. */
function refuse(
  response: HttpResponse,
  status: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeStatus(status);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  response.end(body, true);
}
