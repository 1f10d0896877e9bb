// Makes a session: finds the camera, keeps the row, tells the camera, and only then the viewer (camera.md 4, rule 1).
import { randomUUID } from 'node:crypto';
import type { bus as messages } from '@mooring/proto';
import { currentTraceparent, deadline, Fault, inSpan, sleep } from '@mooring/runtime';
import { deviceAt, ready } from '../domain/change.js';
import type { DeviceEnd, Session } from '../domain/session.js';
import { START_MS } from '../domain/waits.js';
import { type Delivered, deliver } from '../edges/deliver.js';
import { endMessage, viewerEnd } from '../edges/message.js';
import { undoFailed } from '../events.js';
import { deviceHolder, iceOffer, viewerHolder } from '../ice/ice-servers.js';
import { beginSession, unmakeSession } from '../store/begin.js';
import { changeSessions } from '../store/change.js';
import type { WatchingParts } from './parts.js';
import { endOf, nameOf, watcherOf } from './request.js';

/** The edge gives up after ten seconds. */
const LIMIT_MS = START_MS - 1_500;
const CALL_MS = 3_000;
const DELIVER_MS = 2_000;
/** A camera may have moved a moment ago. */
const LOOK_AGAIN_MS = 300;

/**
 * Faults `not_found`, `forbidden`, `conflict` for a camera that is offline, `exhausted` over a limit, `invalid`,
 * `unavailable` and `deadline`; then there is no session.
 */
export async function startSession(
  parts: WatchingParts,
  request: messages.WatchRequest,
): Promise<messages.WatchReply> {
  const { pool, waits, limits, cameras, clock } = parts;
  const [watcher, viewer] = [watcherOf(request.person), viewerEnd(endOf(request.viewer))];
  const untilMs = performance.now() + LIMIT_MS;
  const leftMs = (mostMs: number): number => {
    const ms = Math.min(mostMs, untilMs - performance.now());
    if (ms <= 0) throw new Fault('deadline', 'the request took too long');
    return ms;
  };
  const camera = await cameras.find(watcher, nameOf(request.device), leftMs(CALL_MS));
  const { deviceId, organizationId, deviceNumber, end } = camera;
  if (end === undefined) throw offline();
  const session: Session = {
    ...{ id: randomUUID(), organizationId, deviceId, deviceNumber, watcher, viewer, device: end },
    ...{ state: 'pending', createdAtMs: clock.now(), reason: '', step: 1 },
    traceparent: currentTraceparent() ?? '',
  };
  await deadline(beginSession(pool, waits, limits, session), leftMs(CALL_MS), 'storing a session');
  const attempt = new Attempt(parts, session, leftMs);
  try {
    return await attempt.finish();
  } catch (error) {
    await attempt.undo();
    throw error;
  }
}

function offline(): Fault {
  return new Fault('conflict', 'the camera is offline');
}

/** A session whose row is there and of which its viewer has not heard. */
class Attempt {
  readonly #parts: WatchingParts;
  readonly #leftMs: (mostMs: number) => number;
  #session: Session;
  /** The camera may have heard of it. */
  #isTold = false;

  constructor(parts: WatchingParts, session: Session, leftMs: (mostMs: number) => number) {
    this.#parts = parts;
    this.#session = session;
    this.#leftMs = leftMs;
  }

  async finish(): Promise<messages.WatchReply> {
    const { announce, ice, clock } = this.#parts;
    const { resumes } = await this.#tellCamera();
    const { sessions, changed } = await this.#change((stored) => ready(stored, resumes, clock.now()));
    announce(changed);
    // One that has ended meanwhile is made all the same: that it has ended, and why, is on its way to the viewer.
    const [session = this.#session] = sessions;
    const { servers, expiresAtMs } = iceOffer(ice, 'viewer', viewerHolder(session), clock.now());
    const device = { ...endMessage(session, 'device'), resumes: session.device.resumes || resumes };
    return { sessionId: session.id, device, iceServers: servers, expiresAtMs };
  }

  /** Forgets the row; without one, or without a database, the session times out. */
  async undo(): Promise<void> {
    const { pool, teller } = this.#parts;
    if (this.#isTold) teller.ended({ ...this.#session, state: 'ended', reason: 'error' });
    try {
      await deadline(unmakeSession(pool, this.#session.id), CALL_MS, 'forgetting a session');
    } catch (error) {
      undoFailed(this.#session.id, error);
    }
  }

  async #tellCamera(): Promise<{ readonly resumes: boolean }> {
    const first = await this.#deliver();
    if (first.outcome === 'delivered') return first;
    await sleep(LOOK_AGAIN_MS);
    const { cameras } = this.#parts;
    const end = await cameras.locate(this.#session.deviceId, this.#leftMs(CALL_MS));
    if (end === undefined) throw offline();
    await this.#moveTo(end);
    const second = await this.#deliver();
    if (second.outcome === 'delivered') return second;
    if (second.outcome === 'gone') throw offline();
    throw new Fault('unavailable', 'the camera could not be told');
  }

  /** The row names the connection before it is told: from then on it may say something of the session. */
  async #moveTo(end: DeviceEnd): Promise<void> {
    const { connectionId } = this.#session.device;
    if (end.connectionId === connectionId) return;
    const { sessions } = await this.#change((stored) => deviceAt(stored, end));
    if (sessions.length === 0) throw offline();
    this.#session = { ...this.#session, device: end };
  }

  async #deliver(): Promise<Delivered> {
    const { bus, ice, clock } = this.#parts;
    const session = this.#session;
    const { servers, expiresAtMs } = iceOffer(ice, 'device', deviceHolder(session), clock.now());
    const delivered = await inSpan('tell the camera', {}, () => {
      const traceparent = currentTraceparent() ?? '';
      const told = {
        sessionId: session.id,
        userId: session.watcher.userId,
        iceServers: servers,
        expiresAtMs,
      };
      const value = { ...told, viewer: endMessage(session, 'viewer'), traceparent };
      return deliver(bus, session, 'device', { $case: 'watchStart', value }, this.#leftMs(DELIVER_MS));
    });
    if (delivered.outcome !== 'gone') this.#isTold = true;
    return delivered;
  }

  #change(change: (session: Session) => Session) {
    const { pool, waits } = this.#parts;
    const selection = { where: 'id = $1', values: [this.#session.id] };
    return deadline(
      changeSessions(pool, waits, selection, change),
      this.#leftMs(CALL_MS),
      'storing a session',
    );
  }
}
