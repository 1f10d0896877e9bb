// One HTTP upgrade request: read at once, refused with a reason or turned into a WebSocket.

import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { currentTraceparent, inSpan, uuidv7 } from '@mooring/runtime';
import type { DevicePolicy, Hello } from '../dialects/dialect.js';
import type { Endpoint } from '../session/endpoint.js';
import { clientAddress, type Networks } from './address.js';
import type { Gate, Refusal } from './gate.js';
import type { SocketData } from './peer.js';

export interface UpgradeOptions {
  readonly gate: Gate;
  readonly policy: DevicePolicy;
  readonly proxies: Networks;
  refused(endpoint: Endpoint, reason: string): void;
}

const RETRY_AFTER_S = '5';
const FORBIDDEN: ReadonlySet<Refusal> = new Set(['network']);

/** Everything that is needed of the request is read here: it is gone when this returns. */
export function upgrade(
  endpoint: Endpoint,
  options: UpgradeOptions,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const hello = readHello(endpoint, options, response, request);
  const refusal = options.gate.check(endpoint.dialect, hello.remoteAddress, Date.now());
  if (refusal !== undefined) {
    options.refused(endpoint, refusal);
    const [status, retry] = FORBIDDEN.has(refusal)
      ? ['403 Forbidden', {}]
      : ['503 Service Unavailable', { 'retry-after': RETRY_AFTER_S }];
    refuse(response, status, retry, refusal);
    return;
  }
  const decision = endpoint.upgrade(hello);
  if (!decision.accept) {
    options.refused(endpoint, `status_${decision.status.slice(0, 3)}`);
    refuse(response, decision.status, decision.headers, decision.body);
    return;
  }
  inSpan('edge upgrade', { attributes: { 'mooring.dialect': endpoint.dialect } }, () => {
    const { headers } = hello;
    const data: SocketData = {
      hello,
      session: undefined,
      peer: undefined,
      traceparent: currentTraceparent(),
    };
    response.upgrade(
      data,
      headers['sec-websocket-key'] ?? '',
      decision.subprotocol ?? '',
      // Extensions are never offered back: compression costs memory per socket, and devices do without.
      '',
      context,
    );
  });
}

function readHello(
  endpoint: Endpoint,
  options: UpgradeOptions,
  response: HttpResponse,
  request: HttpRequest,
): Hello {
  const headers: Record<string, string> = {};
  request.forEach((name, value) => {
    headers[name] = value;
  });
  const socketAddress = Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
  return {
    path: endpoint.path,
    // Undefined when the URL has no question mark, whatever its type says.
    query: (request.getQuery() as string | undefined) ?? '',
    headers,
    remoteAddress: clientAddress(socketAddress, headers['x-forwarded-for'], options.proxies),
    connectionId: uuidv7(),
    policy: options.policy,
  };
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
