// The durable that merges what devices say of themselves into their rows.

import { deviceStream, type bus as messages, uplink } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import { type FactsRecord, foldFacts } from '../domain/facts.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';

/** One batch at a time over all replicas: a later fact must not be overtaken by an earlier one. */
export const registryFacts: Durable<messages.FactsBatch> = {
  name: 'registry-facts',
  stream: deviceStream,
  subject: uplink.facts,
  ackWaitMs: 30_000,
  maxAckPending: 1,
};

export function consumeFacts(bus: Bus, facts: Store['facts']): Runnable {
  return consume(
    bus,
    registryFacts,
    async (batch) => {
      const { changes, rejected } = foldFacts(batch.flatMap(({ message }) => recordsOf(message)));
      events.facts('rejected', rejected);
      if (changes.length === 0) return;
      const { merged, oversized } = await facts.merge(changes);
      events.facts('merged', merged);
      events.facts('oversized', oversized);
    },
    { maxMessages: 16 },
  );
}

/** Records whose source the batch does not name cannot be told whose they are; they are left out. */
function recordsOf(batch: messages.FactsBatch): readonly FactsRecord[] {
  return batch.records.flatMap((record) => {
    const source = batch.sources[record.source];
    if (source === undefined) return [];
    const { sequence, profileJson, firmwareJson, reportedJson } = record;
    const { deviceNumber, epoch } = source;
    return [{ deviceNumber, epoch, sequence, profileJson, firmwareJson, reportedJson }];
  });
}
