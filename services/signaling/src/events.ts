// What the signaling service reports. No SDP, no credential, and no id in a label.
import { counter, type Fault, gauge, histogram, logger, type NodeProcess } from '@mooring/runtime';
import type { Step } from './domain/change.js';
import type { Session, SessionState, Side } from './domain/session.js';
import type { Awaited } from './domain/waits.js';

const log = logger('watching');

const issued = counter({
  name: 'mooring_ice_servers_issued_total',
  help: 'Answers with ICE servers, by whether they carried TURN credentials',
  labels: ['turn'],
});
const requests = counter({
  name: 'mooring_watch_requests_total',
  help: 'Requests to watch a camera, by what came of them: ready, or why not',
  labels: ['outcome'],
});
const ends = counter({
  name: 'mooring_watch_sessions_ended_total',
  help: 'Watch sessions that ended, by why',
  labels: ['reason'],
});
const answerSeconds = histogram({
  name: 'mooring_watch_answer_seconds',
  help: 'From an offer being handed to a camera to its answer being written to the viewer',
  buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
});
const resumes = counter({
  name: 'mooring_watch_resumes_total',
  help: 'Sessions that somebody came back for, by side and whether they were given back or refused',
  labels: ['side', 'outcome'],
});
const timeouts = counter({
  name: 'mooring_watch_timeouts_total',
  help: 'Watch sessions that ended because something did not come: offer, answer, session, viewer or device',
  labels: ['awaited'],
});
const steps = counter({
  name: 'mooring_watch_steps_total',
  help: 'Steps that edges reported: unreadable ones, and sessions that the others changed',
  labels: ['outcome'],
});
const withdrawals = counter({
  name: 'mooring_watch_rights_withdrawn_total',
  help: 'Watch sessions that ended because whoever watched may not any more',
});
const sweepFailures = counter({
  name: 'mooring_watch_sweep_failures_total',
  help: 'Looks at the watch sessions that failed and are made again, by what was looked for: edges, history, rights or waits',
  labels: ['sweep'],
});
const tells = counter({
  name: 'mooring_watch_tells_total',
  help: 'What ends of sessions were told, by signal and what became of it: delivered, gone, lost or dropped',
  labels: ['signal', 'outcome'],
});

/** Somebody was told the ICE servers. Neither the person nor the credentials are recorded. */
export function iceServersIssued(turn: boolean): void {
  issued.inc({ turn: turn ? 'yes' : 'no' });
}

export function watchRequested(outcome: string): void {
  requests.inc({ outcome });
}

/** The state of a session changed, and it is committed. */
export function sessionChanged(before: Session, after: Session): void {
  const { id, state, reason } = after;
  if (state !== 'ended' || before.state === 'ended') return;
  ends.inc({ reason });
  log.info({ session_id: id, device_id: after.deviceId, reason }, 'a watch session ended');
}

/** Of a step that says how long its answer took, by one clock. */
export function sessionAnswered({ progress, timeMs }: Step): void {
  if (progress.is !== 'answered' || progress.offeredAtMs <= 0) return;
  answerSeconds.observe(Math.max(0, timeMs - progress.offeredAtMs) / 1_000);
}

export function resumed(side: Side, given: number, refused: number): void {
  if (given > 0) resumes.inc({ side, outcome: 'given' }, given);
  if (refused > 0) resumes.inc({ side, outcome: 'refused' }, refused);
}

export function waitedInVain(awaited: Awaited): void {
  timeouts.inc({ awaited });
}

export function stepTaken(outcome: 'taken' | 'unreadable', count = 1): void {
  if (count > 0) steps.inc({ outcome }, count);
}

export function told(signal: string, outcome: 'delivered' | 'gone' | 'lost' | 'dropped'): void {
  tells.inc({ signal, outcome });
}

/** An end goes on until it is told something else, or finds out by itself. */
export function tellFailed(sessionId: string, fault: Fault): void {
  log.warn({ err: fault, session_id: sessionId }, 'an end of a watch session was not told');
}

/** It times out instead. */
export function undoFailed(sessionId: string, error: unknown): void {
  log.warn({ err: error, session_id: sessionId }, 'a watch session that came to nothing was not forgotten');
}

export function edgeLost({ node, boot }: NodeProcess): void {
  log.warn({ node, boot }, 'an edge is lost; its viewers are taken for gone');
}

/** People lost the right to watch what they watched. */
export function rightsWithdrawn(sessions: number): void {
  if (sessions === 0) return;
  withdrawals.inc({}, sessions);
  log.info({ sessions }, 'watch sessions ended: who watched may not any more');
}

/** What is due stays due. */
export function sweepFailed(sweep: 'edges' | 'history' | 'rights' | 'waits', fault: Fault): void {
  sweepFailures.inc({ sweep });
  log.warn({ err: fault, sweep }, 'a look at the watch sessions failed');
}

export function sessionsForgotten(why: 'device' | 'age', sessions: number): void {
  if (sessions > 0) log.info({ sessions, why }, 'watch sessions forgotten');
}

const states: readonly SessionState[] = ['pending', 'negotiating', 'active'];

/** What is asked at every scrape; a figure that cannot be had stays as it was, as a scrape must not fail with the database. */
export function observed(count: () => Promise<ReadonlyMap<SessionState, number>>): void {
  gauge({
    name: 'mooring_watch_sessions',
    help: 'Watch sessions that go on, by state; all replicas report the same',
    labels: ['state'],
    collect: (metric) =>
      count().then(
        (found) => {
          for (const state of states) metric.set({ state }, found.get(state) ?? 0);
        },
        (error: unknown) => log.debug({ err: error }, 'a figure is not known'),
      ),
  });
}
