// The durable consumer of what devices report of their firmware: stored in order, device by device.
import { type bus, firmwareStream, uplink } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';
import type { DeviceRecord } from '../domain/record.js';
import { recordsOf } from './read-records.js';

// One batch in flight over all replicas: what one device reports must be taken in the order in which it said it.
export const durable: Durable<bus.UpdateBatch> = {
  name: 'firmware-status',
  stream: firmwareStream,
  subject: uplink.update,
  // What a process that died had in hand comes again this late, and everything behind it with it.
  ackWaitMs: 2_000,
  maxAckPending: 1,
};

/** The consumer as a part of the service. `take` stores the records of a batch, all of them or, when it throws, none. */
export function firmwareStatus(
  on: Bus,
  take: (records: readonly DeviceRecord[], signal: AbortSignal) => Promise<void>,
): Runnable {
  const handle = async (
    deliveries: readonly Delivery<bus.UpdateBatch>[],
    signal: AbortSignal,
  ): Promise<void> => {
    for (const delivery of deliveries) {
      const read = recordsOf(delivery.message);
      if (!read.ok) {
        await delivery.deadLetter(read.reason);
        continue;
      }
      await take(read.records, signal);
      delivery.ack();
    }
  };
  return consume(on, durable, handle, { maxMessages: 1 });
}
