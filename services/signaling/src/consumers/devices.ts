// The durables `signaling-connected` and `signaling-disconnected`: a camera whose connection is gone, whoever saw it.
import { device, deviceStream, type bus as messages } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';
import type { DeviceGone } from '../domain/change.js';

const shared = { stream: deviceStream, ackWaitMs: 30_000, maxAckPending: 1_000 } as const;

export const connectedDurable: Durable<messages.DeviceConnected> = {
  name: 'signaling-connected',
  subject: device.connected,
  ...shared,
};

export const disconnectedDurable: Durable<messages.DeviceDisconnected> = {
  name: 'signaling-disconnected',
  subject: device.disconnected,
  ...shared,
};

const MAX_MESSAGES = 200;

/** Stores what is gone; when it throws, it comes again. */
export type DevicesGone = (gone: readonly DeviceGone[]) => Promise<void>;

/** Who connected anew is gone from wherever it was before. */
export function devicesConnected(bus: Bus, gone: DevicesGone): Runnable {
  const handle = (deliveries: readonly Delivery<messages.DeviceConnected>[]): Promise<void> =>
    gone(
      deliveries.map(({ message: { deviceNumber, epoch, atMs } }) => ({
        deviceNumber,
        epoch: epoch - 1n,
        atMs,
      })),
    );
  return consume(bus, connectedDurable, handle, { maxMessages: MAX_MESSAGES });
}

export function devicesDisconnected(bus: Bus, gone: DevicesGone): Runnable {
  const handle = (deliveries: readonly Delivery<messages.DeviceDisconnected>[]): Promise<void> =>
    gone(deliveries.map(({ message: { deviceNumber, epoch, atMs } }) => ({ deviceNumber, epoch, atMs })));
  return consume(bus, disconnectedDurable, handle, { maxMessages: MAX_MESSAGES });
}
