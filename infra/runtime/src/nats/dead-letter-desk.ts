// Owns how a message that nobody can handle is kept: its bytes unchanged, the rest in headers.
import { headers } from '@nats-io/transport-node';
import type { ConnectedBus } from './connected-bus.js';
import { deadLetterSubject } from './dead-letter-stream.js';
import type { StreamDelivery } from './delivery.js';

/** Names of the headers of a dead letter. */
export const deadLetterHeader = {
  reason: 'Mooring-Reason',
  subject: 'Mooring-Subject',
  stream: 'Mooring-Stream',
  sequence: 'Mooring-Sequence',
  messageId: 'Mooring-Message-Id',
  deliveredAt: 'Mooring-Delivered-At',
} as const;

// With the names it stays under what `persist` reserves for headers.
const MAX_REASON_CHARS = 500;

/** Writes dead letters of the consumers of one connection. */
export class DeadLetterDesk {
  readonly #bus: ConnectedBus;

  constructor(bus: ConnectedBus) {
    this.#bus = bus;
  }

  /** Resolves when the copy is on disk; a repetition is kept once. Faults as `persist`. */
  async keep(delivery: StreamDelivery<unknown>, reason: string): Promise<void> {
    const { raw, durable } = delivery;
    const carried = headers();
    carried.set(deadLetterHeader.reason, headerText(reason));
    carried.set(deadLetterHeader.subject, raw.subject);
    carried.set(deadLetterHeader.stream, raw.info.stream);
    carried.set(deadLetterHeader.sequence, String(raw.info.streamSequence));
    carried.set(deadLetterHeader.messageId, delivery.messageId);
    carried.set(deadLetterHeader.deliveredAt, new Date().toISOString());
    const id = `${durable}:${raw.info.stream}:${raw.info.streamSequence}`;
    const { template } = deadLetterSubject;
    await this.#bus.persistBytes(template, deadLetterSubject.of({ durable }), raw.data, { id }, carried);
  }
}

/** One line, bounded. */
function headerText(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON_CHARS);
}
