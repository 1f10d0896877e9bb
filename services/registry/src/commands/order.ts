// Orders an update of firmware-update, for a command that asks for one.
import { type bus as messages, updating } from '@mooring/proto';
import { asFault, type Bus, currentTraceparent } from '@mooring/runtime';
import type { Delivered } from '../domain/command-delivery.js';
import { ORDER_WITHIN_MS } from '../domain/update-order.js';
import type { Sending } from '../store/command-dispatch.js';
import { commandEvents } from './events.js';

/** It looks for the file, makes a link to it and has it pushed before it answers. */
const REPLY_MS = 8_000;

/** Never rejects. Asked again for the same command, firmware-update does not order a second update. */
export async function order(
  bus: Pick<Bus, 'request'>,
  sending: Sending,
  { firmwareUuid }: messages.UpdateAction,
): Promise<Delivered> {
  const { deviceId, deviceNumber, organizationId, actor, number: commandNumber } = sending;
  const traceparent = currentTraceparent() ?? sending.traceparent;
  const asked = { deviceId, deviceNumber, organizationId, actor, commandNumber, firmwareUuid, traceparent };
  try {
    return outcomeOf(await bus.request(updating.order, {}, asked, REPLY_MS));
  } catch (error) {
    const fault = asFault(error);
    commandEvents.deliveryFailed(fault);
    // Also when it took the order and its reply was lost: the order is the same when it comes again.
    return fault.code === 'unavailable' ? { as: 'busy' } : { as: 'unknown' };
  }
}

function outcomeOf({ outcome }: messages.OrderUpdateReply): Delivered {
  switch (outcome?.$case) {
    case 'ordered':
      return outcome.value.already
        ? { as: 'already', detail: 'the device has this firmware already' }
        : { as: 'written', answerWithinMs: ORDER_WITHIN_MS, repeatable: true, retries: 0 };
    case 'refused':
      return outcome.value.code === 'unavailable' ? { as: 'busy' } : { as: 'refused', ...outcome.value };
    case undefined:
      return { as: 'refused', code: 'unsupported', message: 'firmware-update does not know orders' };
  }
}
