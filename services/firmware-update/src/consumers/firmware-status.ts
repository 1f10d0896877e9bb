// The durable consumer of update steps: stores them in order and tells whoever watches.
import { type bus, firmwareStream, live, uplink } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';
import type { Applied } from '../domain/steps.js';
import type { DeviceUpdate, Step } from '../domain/update.js';
import { stepTaken } from '../events.js';
import { stepsOf } from './read-steps.js';

// One batch in flight over all replicas: the steps of one device must be taken in the order in which it reported them.
export const durable: Durable<bus.UpdateBatch> = {
  name: 'firmware-status',
  stream: firmwareStream,
  subject: uplink.update,
  ackWaitMs: 30_000,
  maxAckPending: 1,
};

/** Stores steps; see `applyStored`. */
export type ApplySteps = (steps: readonly Step[]) => Promise<Applied>;

/** The consumer as a part of the service. */
export function firmwareStatus(on: Bus, apply: ApplySteps): Runnable {
  const handle = async (deliveries: readonly Delivery<bus.UpdateBatch>[]): Promise<void> => {
    for (const delivery of deliveries) {
      const read = stepsOf(delivery.message);
      if (!read.ok) {
        await delivery.deadLetter(read.reason);
        continue;
      }
      const { outcomes } = await apply(read.steps);
      for (const { step, outcome } of outcomes) {
        stepTaken(step, outcome);
        if (outcome.kind === 'changed') for (const update of outcome.written) tell(on, update);
      }
      delivery.ack();
    }
  };
  return consume(on, durable, handle, { maxMessages: 1 });
}

function tell(on: Bus, update: DeviceUpdate): void {
  const { deviceId, status, reason, progress, updatedAtMs } = update;
  const value = { deviceId, status, reason, progress, atMs: updatedAtMs };
  on.publish(live.event, { organization: update.organizationId }, { event: { $case: 'update', value } });
}
