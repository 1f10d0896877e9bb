// What is said to a camera or a viewer, as effects: replies, error replies and closes.
import type { CloseCode, CountOutcome, Effect, JsonObject } from '../dialect.js';
import { encode } from './wire.js';

/** Error texts with their machine codes: the table of camera.md, section 3, and one for what a camera could not do. */
export const Failure = {
  deviceNotFound: { message: 'Device not found', code: 'device_not_found' },
  invalidToken: { message: 'Invalid token', code: 'invalid_token' },
  sessionNotFound: { message: 'Session not found', code: 'session_not_found' },
  unauthorized: { message: 'Unauthorized', code: 'unauthorized' },
  rateLimited: { message: 'Rate limit exceeded', code: 'rate_limited' },
  badRequest: { message: 'Invalid message', code: 'bad_request' },
  unknownType: { message: 'Unknown message type', code: 'unknown_type' },
  internal: { message: 'Internal error', code: 'internal' },
  deviceOffline: { message: 'Device is offline', code: 'device_offline' },
  viewerLimit: { message: 'Too many viewers', code: 'viewer_limit' },
  deviceError: { message: 'The device cannot be watched', code: 'device_error' },
} as const;
/** What an error says; the message of a device's own error is the device's. */
export interface Failure {
  readonly message: string;
  readonly code: string;
}

/** What a reply refers to: any message, or only the request id that was kept of one. */
export interface Request {
  readonly requestId?: string;
}

export function reply(to: Request, type: string, payload: JsonObject, now: number): Effect {
  return { do: 'send', frame: encode(type, payload, now, to.requestId) };
}

/** An error reply; `sessionId` names the session that the request was about. */
export function fail(to: Request, failure: Failure, now: number, sessionId?: string): Effect {
  const session = sessionId === undefined ? {} : { session_id: sessionId };
  return reply(to, 'error', { ...failure, ...session }, now);
}

export function close(how: CloseCode, reason: string): Effect {
  return { do: 'close', close: how, reason };
}

export function count(outcome: CountOutcome, what: string): Effect {
  return { do: 'count', outcome, what };
}

/** The request id alone, so that nothing else of a message is kept while its answer is awaited. */
export function requestOf(message: Request): Request {
  return message.requestId === undefined ? {} : { requestId: message.requestId };
}
