// Entries of organizations' audit logs on their way: each a message of its own, kept until JetStream has it.
import { audit, bus } from '@mooring/proto';
import { type Bus, uuidv7 } from '@mooring/runtime';
import type { Settled } from '../session/ports.js';
import type { Budget } from './budget.js';
import type { EventOf } from './builder.js';
import { Outgoing, type OutgoingBatch } from './outgoing.js';

/** Entries under way at once; each stands for itself. */
const PARALLEL = 8;

interface Entry extends OutgoingBatch {
  readonly organizationId: string;
}

export interface AuditOptions {
  readonly bus: Pick<Bus, 'persist'>;
  readonly budget: Budget;
  readonly persistTimeoutMs: number;
  durable(entry: OutgoingBatch): void;
  lost(entry: OutgoingBatch, reason: string): void;
  retried(reason: string): void;
}

/** People do things seldom, and entries of different organizations have different subjects: nothing is gathered. */
export class AuditEntries {
  readonly outgoing: Outgoing<Entry>;

  constructor({ bus, persistTimeoutMs, ...options }: AuditOptions) {
    this.outgoing = new Outgoing<Entry>({
      ...options,
      maxInFlight: PARALLEL,
      persist: ({ id, bytes, organizationId: organization }) =>
        bus.persist(audit.entry, { organization }, bytes, { id, timeoutMs: persistTimeoutMs }),
    });
  }

  add(event: EventOf<'audit'>, traceparent: string | undefined, settled: Settled | undefined): void {
    const { organizationId, timeMs: atMs, actor, action, resource, details } = event;
    const id = uuidv7();
    const entry = { id, organizationId, atMs, actor, action, resource, detailsJson: JSON.stringify(details) };
    this.outgoing.send({
      id,
      organizationId,
      bytes: bus.AuditEntry.encode(entry).finish(),
      count: 1,
      begunMs: Date.now(),
      traceparents: traceparent === undefined ? [] : [traceparent],
      receipts: settled === undefined ? [] : [settled],
    });
  }
}
