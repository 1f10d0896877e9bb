// The durable consumer of deleted devices: they are forgotten, with their updates.
import { type bus, device, deviceStream } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';

export const durable: Durable<bus.DeviceDeleted> = {
  name: 'firmware-device-deleted',
  stream: deviceStream,
  subject: device.deleted,
  ackWaitMs: 30_000,
  maxAckPending: 100,
};

/** The consumer as a part of the service. `forget` drops the devices. */
export function deviceDeleted(on: Bus, forget: (deviceIds: readonly string[]) => Promise<void>): Runnable {
  const handle = (deliveries: readonly Delivery<bus.DeviceDeleted>[]): Promise<void> =>
    forget(deliveries.map((delivery) => delivery.message.deviceId));
  return consume(on, durable, handle, { maxMessages: 100 });
}
