// What the registry reports of itself: one function per event, each a counter and, where somebody must look, a log line.
import { counter, type Fault, type FaultCode, gauge, histogram, logger } from '@mooring/runtime';
import type { UntoldEnd } from './domain/console.js';

const log = logger('registry');

const admissions = counter({
  name: 'mooring_registry_admissions_total',
  help: 'Requests of devices to be let in, by dialect and outcome.',
  labels: ['dialect', 'outcome'],
});
const admissionBatch = histogram({
  name: 'mooring_registry_admission_batch_devices',
  help: 'Requests that were decided together.',
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
});
const admissionSeconds = histogram({
  name: 'mooring_registry_admission_seconds',
  help: 'Time that deciding one batch took.',
  buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
});
const sessionsEnded = counter({
  name: 'mooring_registry_sessions_ended_total',
  help: 'Sessions that were marked as ended, by who found out.',
  labels: ['cause'],
});
const sessionsRevived = counter({
  name: 'mooring_registry_sessions_revived_total',
  help: 'Sessions that were given up with their edge and turned out to go on.',
});
const notices = counter({
  name: 'mooring_registry_notices_total',
  help: 'Edges told to end a session, by why and outcome.',
  labels: ['why', 'outcome'],
});
const published = counter({
  name: 'mooring_registry_outbox_published_total',
  help: 'Facts about devices that were published, by kind.',
  labels: ['kind'],
});
const facts = counter({
  name: 'mooring_registry_facts_total',
  help: 'What devices said of themselves, by outcome.',
  labels: ['outcome'],
});
const auditTold = counter({
  name: 'mooring_registry_audit_told_total',
  help: 'Entries of the audit log that other services told, by what became of them.',
  labels: ['outcome'],
});
const logins = counter({
  name: 'mooring_registry_logins_total',
  help: 'Attempts to log in, by outcome.',
  labels: ['outcome'],
});
const deviceProofs = counter({
  name: 'mooring_registry_device_proofs_total',
  help: 'What devices presented before they had a connection, by kind and by what it came to.',
  labels: ['evidence', 'outcome'],
});

const scheduleRuns = counter({
  name: 'mooring_registry_schedule_runs_total',
  help: 'Looks at a device whose schedules were due, by outcome.',
  labels: ['outcome'],
});

const claims = counter({
  name: 'mooring_registry_claims_total',
  help: 'Claim codes that were entered, by what the claim is since.',
  labels: ['state'],
});
const keyRequests = counter({
  name: 'mooring_registry_key_requests_total',
  help: 'Requests of printers for their link keys, by outcome.',
  labels: ['outcome'],
});

const consolesEnded = counter({
  name: 'mooring_registry_consoles_ended_total',
  help: 'Consoles whose end the registry noted because nobody told it, by reason.',
  labels: ['reason'],
});

export type SessionEndCause = 'reported' | 'edge_lost' | 'unconfirmed';
export type NoticeReason =
  | 'superseded'
  | 'device_deleted'
  | 'credential_revoked'
  | 'key_denied'
  | 'rights_withdrawn';
export type NoticeOutcome = 'delivered' | 'gone' | 'failed' | 'dropped';

export const events = {
  scheduleRun(): void {
    scheduleRuns.inc({ outcome: 'ran' });
  },

  schedulesFailed(fault: Fault): void {
    scheduleRuns.inc({ outcome: 'failed' });
    log.error({ err: fault }, 'schedules could not be run; they stay due');
  },

  admissionQueue(size: () => number): void {
    gauge({
      name: 'mooring_registry_admissions_waiting',
      help: 'Requests that wait to be decided.',
      collect: (metric) => metric.set(size()),
    });
  },
  admission(dialect: string, outcome: string): void {
    admissions.inc({ dialect, outcome });
  },
  admissionBatch(devices: number, seconds: number): void {
    admissionBatch.observe(devices);
    admissionSeconds.observe(seconds);
  },
  admissionFailed(fault: Fault): void {
    log[fault.code === 'internal' ? 'error' : 'warn'](
      { err: fault },
      'a batch of admissions could not be decided',
    );
  },
  sessionsEnded(cause: SessionEndCause, sessions: number): void {
    sessionsEnded.inc({ cause }, sessions);
  },
  edgeLost(node: string, boot: string, sessions: number): void {
    sessionsEnded.inc({ cause: 'edge_lost' }, sessions);
    log.warn({ node, boot, sessions }, 'an edge is lost; its devices are offline');
  },
  consolesEnded(reason: UntoldEnd, consoles: number): void {
    if (consoles > 0) consolesEnded.inc({ reason }, consoles);
  },
  sessionsRevived(node: string, sessions: number): void {
    sessionsRevived.inc(sessions);
    log.warn({ node, sessions }, 'an edge that was given up still holds its sessions');
  },
  sweepFailed(fault: Fault): void {
    log.warn({ err: fault }, 'leases could not be swept');
  },
  revocationsFailed(fault: Fault): void {
    log.warn(
      { err: fault },
      'devices whose credential was withdrawn could not be looked for; they are later',
    );
  },
  consoleRightsFailed(fault: Fault): void {
    log.warn({ err: fault }, 'the rights to open consoles could not be looked at; they are later');
  },
  consoleWithdrawn(sessionId: string, actor: string, code: FaultCode): void {
    log.info({ session_id: sessionId, actor, code }, 'a console ends: who has it may not have it any more');
  },
  notice(why: NoticeReason, outcome: NoticeOutcome): void {
    notices.inc({ why, outcome });
  },
  edgeSilent(node: string, fault: Fault): void {
    log.warn({ node, code: fault.code, reason: fault.message }, 'an edge does not answer');
  },
  sessionNotFound(why: NoticeReason, fault: Fault): void {
    log.warn({ err: fault, why }, 'a session that must end could not be looked up');
  },
  outboxAge(age: () => Promise<number>): void {
    gauge({
      name: 'mooring_registry_outbox_age_seconds',
      help: 'Age of the oldest fact that is not published yet.',
      collect: async (metric) => {
        // A scrape must not fail with the database; the last known age stays.
        await age().then(
          (seconds) => metric.set(seconds),
          (error: unknown) => log.debug({ err: error }, 'the age of the outbox is unknown'),
        );
      },
    });
  },
  published(kind: string): void {
    published.inc({ kind });
  },
  relayFailed(fault: Fault): void {
    log.warn({ err: fault }, 'the outbox could not be relayed; it is tried again');
  },
  auditTold(outcome: 'kept' | 'repeated' | 'malformed', entries: number): void {
    if (entries > 0) auditTold.inc({ outcome }, entries);
  },
  facts(outcome: 'merged' | 'rejected' | 'oversized', records: number): void {
    if (records === 0) return;
    facts.inc({ outcome }, records);
    if (outcome !== 'merged') log.info({ outcome, records }, 'facts of devices were not kept');
  },
  deviceProof(evidence: string, outcome: string): void {
    deviceProofs.inc({ evidence, outcome });
  },
  login(outcome: 'ok' | 'wrong' | 'limited'): void {
    logins.inc({ outcome });
  },
  claim(state: string): void {
    claims.inc({ state });
  },
  keyRequest(outcome: string): void {
    keyRequests.inc({ outcome });
  },
  housekeepingFailed(fault: Fault): void {
    log.warn({ err: fault }, 'expired rows could not be deleted');
  },
} as const;
