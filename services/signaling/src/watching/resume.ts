// Gives sessions back to a person or a camera that has come back on another connection (camera.md 8, 6).
import type { bus as messages } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { deviceAt, ended, viewerAt } from '../domain/change.js';
import { otherSide, type Session, type Side } from '../domain/session.js';
import { deviceEnd, endMessage, viewerEnd } from '../edges/message.js';
import { resumed } from '../events.js';
import { changeSessions, type Selection } from '../store/change.js';
import type { WatchingParts } from './parts.js';
import { endOf, isSessionId, MAX_SESSIONS, watcherOf } from './request.js';

/** The edge gives up after five seconds; what is stored after that would be of a connection that nobody has. */
const STORE_MS = 2_000;
const TELL_MS = 1_000;

/** What a request asks for: which sessions, and what becomes of each. */
interface Resumption {
  readonly side: Side;
  readonly selection: Selection;
  /** Gives the session to the connection, or ends it. */
  readonly change: (session: Session) => Session;
}

/** Faults `invalid`, `deadline` and those of the database; then nothing has changed. */
export async function resumeSessions(
  parts: WatchingParts,
  request: messages.WatchResumeRequest,
): Promise<messages.WatchResumeReply> {
  const { pool, waits, announce, teller, sessions } = parts;
  const wanted = request.sessionIds.filter(isSessionId);
  if (wanted.length > MAX_SESSIONS) throw new Fault('invalid', `at most ${MAX_SESSIONS} sessions at once`);
  const { side, selection, change } = resumptionOf(request, wanted, parts.clock.now());
  const untilMs = performance.now() + STORE_MS;
  const result = await changeSessions(pool, waits, selection, (session) => {
    if (performance.now() > untilMs) throw new Fault('deadline', 'the request took too long');
    return change(session);
  });
  announce(result.changed);
  const back = result.sessions.filter((session) => isAt(session, side, request));
  await Promise.all(back.map((session) => teller.presentNow(session, side, TELL_MS)));
  const present = back.length === 0 ? [] : await sessions.byIds(back.map(({ id }) => id));
  const given = present.filter((session) => session.state !== 'ended' && isAt(session, side, request));
  resumed(side, given.length, request.sessionIds.length - given.length);
  return { sessions: given.map((session) => resumedMessage(session, side)) };
}

function resumptionOf(
  { side, end: given }: messages.WatchResumeRequest,
  wanted: readonly string[],
  nowMs: number,
): Resumption {
  const end = endOf(given);
  if (side?.$case === 'viewer') {
    const { userId, apiKey } = watcherOf(side.value);
    const viewer = viewerEnd(end);
    const where = 'id = ANY ($1::uuid[]) AND user_id = $2 AND api_key = $3';
    return {
      side: 'viewer',
      selection: { where, values: [wanted, userId, apiKey] },
      change: (session) => viewerAt(session, viewer),
    };
  }
  if (side === undefined || !isSessionId(side.value)) throw new Fault('invalid', 'nobody is named');
  const device = deviceEnd(end);
  const listed = new Set(wanted);
  // Those of its earlier connections that it does not name are over; one that is being made looks after itself.
  const where = `device_number = $2 AND device_id = $3 AND device_epoch <= $4
    AND (id = ANY ($1::uuid[]) OR (device_epoch < $4 AND ready_at IS NOT NULL))`;
  return {
    side: 'device',
    selection: { where, values: [wanted, end.deviceNumber.toString(), side.value, end.epoch.toString()] },
    change: (session) =>
      listed.has(session.id) ? deviceAt(session, device) : ended(session, 'device_disconnected', nowMs),
  };
}

function isAt(session: Session, side: Side, { end }: messages.WatchResumeRequest): boolean {
  return session.state !== 'ended' && session[side].connectionId === end?.connectionId;
}

function resumedMessage(session: Session, side: Side): messages.WatchResumed {
  const other = otherSide(side);
  return {
    sessionId: session.id,
    peer: session[other].lostAtMs === undefined ? endMessage(session, other) : undefined,
    offered: session.offeredAtMs !== undefined,
    answered: session.answeredAtMs !== undefined,
  };
}
