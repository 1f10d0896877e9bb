// The durable `signaling-steps`: what edges saw of sessions, in whatever order and however often it comes.
import { type bus as messages, uplink, watchStream } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import type { Step } from '../domain/change.js';
import { readSteps } from './read-steps.js';

export const stepsDurable: Durable<messages.WatchStepBatch> = {
  name: 'signaling-steps',
  stream: watchStream,
  subject: uplink.watch,
  ackWaitMs: 30_000,
  // Steps need no order, so every replica may have some in hand.
  maxAckPending: 1_000,
};

/** Batches that are stored together. */
const MAX_BATCHES = 100;

/** `apply` stores steps; when it throws, they come again. */
export function watchSteps(bus: Bus, apply: (steps: readonly Step[]) => Promise<void>): Runnable {
  return consume(
    bus,
    stepsDurable,
    async (deliveries) => apply(deliveries.flatMap(({ message }) => readSteps(message))),
    { maxMessages: MAX_BATCHES },
  );
}
