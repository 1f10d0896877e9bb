// The durable consumer of deleted devices: their updates are forgotten.
import { type bus, device, deviceStream } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';
import { updatesForgotten } from '../events.js';

export const durable: Durable<bus.DeviceDeleted> = {
  name: 'firmware-device-deleted',
  stream: deviceStream,
  subject: device.deleted,
  ackWaitMs: 30_000,
  maxAckPending: 100,
};

/** The consumer as a part of the service. `forget` drops the updates of devices and answers how many there were. */
export function deviceDeleted(on: Bus, forget: (deviceIds: readonly string[]) => Promise<number>): Runnable {
  const handle = async (deliveries: readonly Delivery<bus.DeviceDeleted>[]): Promise<void> => {
    const ids = deliveries.map((delivery) => delivery.message.deviceId);
    updatesForgotten(ids.length, await forget(ids));
  };
  return consume(on, durable, handle, { maxMessages: 100 });
}
