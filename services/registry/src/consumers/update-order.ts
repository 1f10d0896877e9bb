// The durable that moves commands on by what firmware-update says of the updates that they ordered.
import { firmwareStream, type bus as messages, updateOrder } from '@mooring/proto';
import {
  type Bus,
  consume,
  contextFromTraceparent,
  type Durable,
  inSpan,
  type Runnable,
} from '@mooring/runtime';
import { commandEvents } from '../commands/events.js';
import { readStep } from '../domain/update-order.js';
import type { Store } from '../store/index.js';

/** One batch at a time over all replicas: that an update began must not be heard after its end. */
export const registryOrders: Durable<messages.UpdateOrderStep> = {
  name: 'registry-orders',
  stream: firmwareStream,
  subject: updateOrder.step,
  ackWaitMs: 5_000,
  maxAckPending: 1,
};

/** `changed` is called when a command has moved on. */
export function consumeOrders(
  bus: Bus,
  dispatch: Pick<Store['commandDispatch'], 'answered'>,
  changed: () => void,
): Runnable {
  async function act(step: messages.UpdateOrderStep): Promise<void> {
    const answer = readStep(step);
    if (answer === undefined) return commandEvents.answer('malformed');
    const { as } = await dispatch.answered(
      step.commandNumber,
      step.deviceNumber,
      answer,
      (traceparent, apply) =>
        inSpan('update order step', { parent: contextFromTraceparent(traceparent) }, apply),
    );
    commandEvents.answer(as);
    if (as === 'applied' || as === 'late') changed();
  }

  return consume(
    bus,
    registryOrders,
    async (batch) => {
      for (const { message } of batch) await act(message);
    },
    { maxMessages: 16 },
  );
}
