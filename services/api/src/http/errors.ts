// Answers every failure with a problem document, whatever failed and wherever.
import type { Socket } from 'node:net';
import { currentTraceparent } from '@mooring/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestFailed } from '../events.js';
import { type Problem, problem, problemOf, TooMany } from './problem.js';
import type { Server } from './server.js';

const TYPE = 'application/problem+json; charset=utf-8';
// How long somebody waits who was told that a part is away.
const UNAVAILABLE_RETRY_S = 1;

/** The id under which a request is found in traces, or, while tracing is off, in the log. */
function traceIdOf(request: FastifyRequest): string {
  return currentTraceparent()?.split('-')[1] ?? request.id;
}

/** Sets what answers a route that fails and one that does not exist. */
export function answerProblems(server: Server): void {
  server.setErrorHandler((error, request, reply) => {
    const body = problemOf(error, traceIdOf(request));
    if (body.status >= 500) requestFailed(request.routeOptions.url ?? '', body, error);
    return send(reply, body, error instanceof TooMany ? error.retryAfterMs : undefined);
  });
  server.setNotFoundHandler((request, reply) =>
    send(reply, problem('not_found', 'There is no such route.', traceIdOf(request)), undefined),
  );
}

function send(reply: FastifyReply, body: Problem, retryAfterMs: number | undefined): FastifyReply {
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  else if (body.status === 429 || body.status === 503) reply.header('retry-after', UNAVAILABLE_RETRY_S);
  return reply.code(body.status).type(TYPE).serializer(JSON.stringify).send(body);
}

/** Answers bytes that are not HTTP, or a head that is too long, in the same shape, and closes. */
export function malformedRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body = JSON.stringify(problem('invalid', 'This is not an HTTP request.', ''));
  const head = ['HTTP/1.1 400 Bad Request', `Content-Type: ${TYPE}`, `Content-Length: ${body.length}`];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
