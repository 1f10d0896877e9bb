// The durable `signaling-deleted`: forgets the sessions of devices that were deleted.
import { device, deviceStream, type bus as messages } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';

export const deletedDurable: Durable<messages.DeviceDeleted> = {
  name: 'signaling-deleted',
  stream: deviceStream,
  subject: device.deleted,
  ackWaitMs: 60_000,
  maxAckPending: 64,
};

/** By then a session that was being made at the time is there, or never will be. */
const AGAIN_MS = 60_000;

/** Forgets at once what is there, and a minute later what was being made. `forget` ends what still goes on. */
export function deviceDeleted(bus: Bus, forget: (deviceId: string) => Promise<void>): Runnable {
  return consume(
    bus,
    deletedDurable,
    async (deliveries) => {
      for (const delivery of deliveries) {
        await forget(delivery.message.deviceId);
        if (delivery.deliveryCount === 1) delivery.retry(AGAIN_MS);
        else delivery.ack();
      }
    },
    { maxMessages: 16 },
  );
}
