// Decides what a session waits for, until when, and what it means when that does not come.
import type { EndReason, Session } from './session.js';

/** How long each wait is, in milliseconds (camera.md 4; 8, 6). */
export interface Waits {
  /** From the camera being told to the first offer. */
  readonly offerMs: number;
  /** From the first offer to the first answer. */
  readonly answerMs: number;
  /** From the request to the end, whatever happens. */
  readonly sessionMs: number;
  /** For an end that is away and may come back, from its loss. */
  readonly graceMs: number;
}

/** What is waited for: a step, the end of the longest session, or an end that is away. */
export type Awaited = 'offer' | 'answer' | 'session' | 'viewer' | 'device';

export interface Wait {
  readonly awaited: Awaited;
  readonly untilMs: number;
}

/** Longest that the making of a session takes before its viewer is told to go on. */
export const START_MS = 10_000;

const reasons: Readonly<Record<Awaited, EndReason>> = {
  offer: 'timeout',
  answer: 'timeout',
  session: 'timeout',
  viewer: 'viewer_disconnected',
  device: 'device_disconnected',
};

/** The wait that is over first. */
export function nextWait(session: Session, waits: Waits): Wait {
  const all = waitsOf(session, waits);
  return all.reduce((first, wait) => (wait.untilMs < first.untilMs ? wait : first));
}

/** Why a session ends when it waited in vain. */
export function reasonOf(awaited: Awaited): EndReason {
  return reasons[awaited];
}

function waitsOf(session: Session, waits: Waits): [Wait, ...Wait[]] {
  const all: [Wait, ...Wait[]] = [{ awaited: 'session', untilMs: session.createdAtMs + waits.sessionMs }];
  if (session.state === 'pending') {
    const fromMs = session.readyAtMs ?? session.createdAtMs + START_MS;
    all.push({ awaited: 'offer', untilMs: fromMs + waits.offerMs });
  }
  if (session.state === 'negotiating' && session.offeredAtMs !== undefined) {
    all.push({ awaited: 'answer', untilMs: session.offeredAtMs + waits.answerMs });
  }
  for (const side of ['viewer', 'device'] as const) {
    const { lostAtMs } = session[side];
    if (lostAtMs !== undefined) all.push({ awaited: side, untilMs: lostAtMs + waits.graceMs });
  }
  return all;
}
