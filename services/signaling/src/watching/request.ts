// Checks what edges ask about watching: who asks, from where, for which sessions.
import type { bus as messages } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { Watcher } from '../domain/session.js';

/** Sessions that one request may name; as many as a hello may (camera.md 8, 6). */
export const MAX_SESSIONS = 64;
/** Longest name of a camera and of anything that an edge names. */
const MAX_NAME = 512;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Fault `invalid` unless it is a person or an API key. */
export function watcherOf(person: messages.WatchPerson | undefined): Watcher {
  const { userId = '', apiKeyId = '' } = person ?? {};
  if ((userId === '') === (apiKeyId === '')) throw new Fault('invalid', 'somebody must watch, and only one');
  return userId === ''
    ? { userId: nameOf(apiKeyId), apiKey: true }
    : { userId: nameOf(userId), apiKey: false };
}

/** Fault `invalid` without one. */
export function endOf(end: messages.WatchEnd | undefined): messages.WatchEnd {
  if (end === undefined) throw new Fault('invalid', 'the connection is missing');
  for (const name of [end.node, end.boot, end.connectionId]) nameOf(name);
  return end;
}

/** Fault `invalid` for an empty one, one that is too long, or one that cannot be stored. */
export function nameOf(name: string): string {
  if (name === '' || name.length > MAX_NAME || name.includes('\0')) {
    throw new Fault('invalid', `a name must have 1 to ${MAX_NAME} characters`);
  }
  return name;
}

/** Whether a session may have this id; any other one is unknown. */
export function isSessionId(id: string): boolean {
  return UUID.test(id);
}
