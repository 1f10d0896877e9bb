// Decides what may change a session, and into what. A change that means nothing any more gives back the session as it was.
import {
  type DeviceEnd,
  type EndReason,
  endReasons,
  type Session,
  type SessionState,
  type Side,
  sideOf,
  type ViewerEnd,
} from './session.js';

/** What an edge saw of a session (bus/v1/watch.proto, WatchStep). */
export interface Step {
  readonly sessionId: string;
  readonly connectionId: string;
  /** By the edge's clock. */
  readonly timeMs: number;
  readonly progress:
    | { readonly is: 'offered' }
    /** `offeredAtMs` is 0 when no offer passed. */
    | { readonly is: 'answered'; readonly offeredAtMs: number }
    | { readonly is: 'ended'; readonly reason: string }
    | { readonly is: 'lost' };
}

/** A device's connections up to an epoch, that one included, are gone. */
export interface DeviceGone {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly atMs: number;
}

/**
 * Takes a step. It may come late, twice, and before an earlier one. An end or a loss is believed of a present end alone. What
 * has passed has passed, though the viewer has come back on another connection since.
 */
export function stepped(session: Session, step: Step, nowMs: number): Session {
  const side = sideOf(session, step.connectionId);
  const atMs = within(step.timeMs, session.createdAtMs, nowMs);
  switch (step.progress.is) {
    // The viewer's edge says these two: it sees both pass.
    case 'offered':
      return side === 'device' ? session : offered(session, atMs);
    case 'answered': {
      const { offeredAtMs } = step.progress;
      if (side === 'device') return session;
      return answered(session, atMs, offeredAtMs > 0 ? within(offeredAtMs, session.createdAtMs, atMs) : atMs);
    }
    case 'ended':
      return side === undefined ? session : ended(session, knownReason(step.progress.reason), atMs);
    case 'lost':
      return side === undefined ? session : lost(session, side, atMs);
  }
}

/** The camera has been told, and said whether it can come back. */
export function ready(session: Session, deviceResumes: boolean, nowMs: number): Session {
  if (session.state === 'ended' || session.readyAtMs !== undefined) return session;
  // One that took up the session while it was being made has said so itself.
  const device = { ...session.device, resumes: session.device.resumes || deviceResumes };
  return { ...session, device, readyAtMs: nowMs };
}

/** The connection of one end is gone: that is the end, unless it can come back. */
export function lost(session: Session, side: Side, atMs: number): Session {
  const end = session[side];
  if (!end.resumes) return ended(session, `${side}_disconnected`, atMs);
  if (session.state === 'ended' || end.lostAtMs !== undefined) return session;
  return { ...session, [side]: { ...end, lostAtMs: atMs } };
}

/** The viewer is on this connection. */
export function viewerAt(session: Session, viewer: ViewerEnd): Session {
  return session.state === 'ended' ? session : { ...session, viewer };
}

/** The camera is on this connection; one older than the session's changes nothing. */
export function deviceAt(session: Session, device: DeviceEnd): Session {
  return session.state === 'ended' || device.epoch < session.device.epoch ? session : { ...session, device };
}

/** Ends a session; one that has ended stays as it is. */
export function ended(session: Session, reason: EndReason, atMs: number): Session {
  if (session.state === 'ended') return session;
  const viewer = { ...session.viewer, lostAtMs: undefined };
  const device = { ...session.device, lostAtMs: undefined };
  return { ...advanced(session, 'ended'), viewer, device, reason, endedAtMs: atMs };
}

/** A time of somebody else's clock, brought between two of this one. */
export function within(timeMs: number, fromMs: number, toMs: number): number {
  if (!Number.isFinite(timeMs)) return toMs;
  return Math.max(fromMs, Math.min(toMs, Math.trunc(timeMs)));
}

function offered(session: Session, atMs: number): Session {
  return session.state === 'pending' ? { ...advanced(session, 'negotiating'), offeredAtMs: atMs } : session;
}

function answered(session: Session, atMs: number, offeredAtMs: number): Session {
  if (session.state !== 'pending' && session.state !== 'negotiating') return session;
  return {
    ...advanced(session, 'active'),
    offeredAtMs: session.offeredAtMs ?? offeredAtMs,
    answeredAtMs: atMs,
  };
}

function advanced(session: Session, state: SessionState): Session {
  return { ...session, state, step: session.step + 1 };
}

function knownReason(reason: string): EndReason {
  return endReasons.find((known) => known === reason) ?? 'error';
}
