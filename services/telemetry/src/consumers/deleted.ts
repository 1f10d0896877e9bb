// The durable `telemetry-deleted`: forgets devices that were deleted.
import { type bus, device, deviceStream } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import { deviceForgotten } from '../events.js';

export const deletedDurable: Durable<bus.DeviceDeleted> = {
  name: 'telemetry-deleted',
  stream: deviceStream,
  subject: device.deleted,
  ackWaitMs: 60_000,
  maxAckPending: 64,
};

/** By then no edge speaks for the device any more, and what was on its way has been stored. */
const AGAIN_MS = 60_000;

/** Deletes at once what is there, and a minute later what was still on its way. */
export function deviceDeleted(bus: Bus, forget: (deviceNumber: bigint) => Promise<number>): Runnable {
  return consume(
    bus,
    deletedDurable,
    async (deliveries) => {
      for (const delivery of deliveries) {
        const { deviceNumber } = delivery.message;
        deviceForgotten(deviceNumber, await forget(deviceNumber));
        if (delivery.deliveryCount === 1) delivery.retry(AGAIN_MS);
        else delivery.ack();
      }
    },
    { maxMessages: 16 },
  );
}
