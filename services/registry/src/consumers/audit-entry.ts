// The durable that keeps what other services say was done in the audit log.
import { audit, auditStream, type bus as messages } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import { readDeed, type ToldDeed } from '../domain/audit-record.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';

export const registryAudit: Durable<messages.AuditEntry> = {
  name: 'registry-audit',
  stream: auditStream,
  subject: audit.entry,
  ackWaitMs: 5_000,
  maxAckPending: 500,
};

export function consumeAudit(bus: Bus, log: Pick<Store['audit'], 'keep'>): Runnable {
  return consume(
    bus,
    registryAudit,
    async (batch) => {
      const told: ToldDeed[] = [];
      for (const delivery of batch) {
        const deed = readDeed(delivery.message, audit.entry.parse(delivery.subject)?.organization);
        if (typeof deed !== 'string') {
          told.push(deed);
          continue;
        }
        await delivery.deadLetter(`malformed: ${deed}`);
        events.auditTold('malformed', 1);
      }
      const kept = told.length === 0 ? 0 : await log.keep(told);
      events.auditTold('kept', kept);
      events.auditTold('repeated', told.length - kept);
    },
    { maxMessages: 100 },
  );
}
