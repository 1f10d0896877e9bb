// Reads and writes the messages of a viewer's socket (camera.md 3). Whatever is not one of them is no message here.
import { isProblemCode, type ProblemCode, type WatchProblem } from './problem.js';

export interface IceServer {
  readonly urls: string | string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment?: string;
}

export interface Answer {
  readonly type: 'answer';
  readonly sdp: string;
}

type Body =
  | { readonly type: 'hello_ack'; readonly resumed: readonly string[] }
  | { readonly type: 'heartbeat_ack' }
  | { readonly type: 'watch_ready'; readonly sessionId: string; readonly iceServers: readonly IceServer[] }
  | { readonly type: 'signal_answer'; readonly sessionId: string; readonly answer: Answer }
  | { readonly type: 'signal_ice'; readonly sessionId: string; readonly candidate: Candidate | null }
  | { readonly type: 'ice_servers'; readonly sessionId: string; readonly iceServers: readonly IceServer[] }
  | { readonly type: 'watch_ended'; readonly sessionId: string; readonly reason: string }
  | { readonly type: 'error'; readonly sessionId?: string; readonly problem: WatchProblem };

export type ServerMessage = Body & { readonly requestId?: string };
type Json = Readonly<Record<string, unknown>>;

/** A message to the server, as text. */
export function encode(type: string, payload: object, nowMs: number, requestId?: string): string {
  const request = requestId === undefined ? {} : { request_id: requestId };
  return JSON.stringify({ type, ...request, ts: new Date(nowMs).toISOString(), payload });
}

/** The message; undefined for one that is unknown or not as it should be, which is then ignored. */
export function decode(text: string): ServerMessage | undefined {
  const envelope = parsed(text);
  if (envelope === undefined) return undefined;
  const body = bodyOf(envelope['type'], objectOf(envelope['payload']) ?? {});
  const requestId = envelope['request_id'];
  return body !== undefined && typeof requestId === 'string' ? { ...body, requestId } : body;
}

function bodyOf(type: unknown, payload: Json): Body | undefined {
  if (type === 'hello_ack') return { type, resumed: listOf(payload['resumed']).filter(isText) };
  if (type === 'heartbeat_ack') return { type };
  const sessionId = payload['session_id'];
  if (type === 'error') {
    return { type, problem: problemOf(payload), ...(isText(sessionId) ? { sessionId } : {}) };
  }
  if (!isText(sessionId)) return undefined;
  switch (type) {
    case 'watch_ready':
    case 'ice_servers':
      return { type, sessionId, iceServers: listOf(payload['ice_servers']).flatMap(iceServer) };
    case 'signal_answer': {
      const sdp = objectOf(payload['sdp'])?.['sdp'];
      return isText(sdp) ? { type, sessionId, answer: { type: 'answer', sdp } } : undefined;
    }
    case 'signal_ice': {
      const candidate = candidateOf(payload['candidate']);
      return candidate === undefined ? undefined : { type, sessionId, candidate };
    }
    case 'watch_ended':
      return { type, sessionId, reason: isText(payload['reason']) ? payload['reason'] : '' };
    default:
      return undefined;
  }
}

function candidateOf(value: unknown): Candidate | null | undefined {
  if (value === null) return null;
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = objectOf(value) ?? {};
  if (!isText(candidate)) return undefined;
  return {
    candidate,
    sdpMid: isText(sdpMid) ? sdpMid : null,
    sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    ...(isText(usernameFragment) ? { usernameFragment } : {}),
  };
}

function iceServer(value: unknown): IceServer[] {
  const { urls, username, credential } = objectOf(value) ?? {};
  const list = isText(urls) ? [urls] : listOf(urls).filter(isText);
  if (list.length === 0) return [];
  const signed = isText(username) && isText(credential) ? { username, credential } : {};
  return [{ urls: list, ...signed }];
}

/** Servers that give no code are understood by their texts. */
const texts: ReadonlyMap<string, ProblemCode> = new Map([
  ['Device not found', 'device_not_found'],
  ['Device is offline', 'device_offline'],
  ['Invalid token', 'invalid_token'],
  ['Session not found', 'session_not_found'],
  ['Unauthorized', 'unauthorized'],
  ['Too many viewers', 'viewer_limit'],
  ['Rate limit exceeded', 'rate_limited'],
  ['Invalid message', 'bad_request'],
]);

function problemOf({ code, message }: Json): WatchProblem {
  const said = isText(message) ? message : '';
  if (isText(code) && isProblemCode(code)) return { code, message: said };
  return { code: texts.get(said) ?? 'internal', message: said };
}

function parsed(text: string): Json | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
