// The durables of what the registry says of devices: whether they are there, and the tags that people gave them.
import { type bus, device, deviceStream } from '@mooring/proto';
import { type Bus, consume, type Delivery, type Durable, type Runnable } from '@mooring/runtime';
import type { PresenceFact } from '../store/fleet.js';

const shared = { stream: deviceStream, ackWaitMs: 5_000, maxAckPending: 1_000 } as const;

export const connectedDurable: Durable<bus.DeviceConnected> = {
  name: 'firmware-connected',
  subject: device.connected,
  ...shared,
};

export const disconnectedDurable: Durable<bus.DeviceDisconnected> = {
  name: 'firmware-disconnected',
  subject: device.disconnected,
  ...shared,
};

// In order, since the last word counts.
export const changedDurable: Durable<bus.DeviceChanged> = {
  name: 'firmware-device-changed',
  subject: device.changed,
  ...shared,
  maxAckPending: 1,
};

const MAX_MESSAGES = 200;

/** Stores what was said; when it throws, it comes again. */
export type NotePresence = (facts: readonly PresenceFact[]) => Promise<void>;

type Presence = bus.DeviceConnected | bus.DeviceDisconnected;

function factsOf(deliveries: readonly Delivery<Presence>[], online: boolean): PresenceFact[] {
  return deliveries.map(({ message: { deviceId, epoch, atMs } }) => ({ deviceId, epoch, online, atMs }));
}

export function devicesConnected(on: Bus, note: NotePresence): Runnable {
  return consume(on, connectedDurable, (deliveries) => note(factsOf(deliveries, true)), {
    maxMessages: MAX_MESSAGES,
  });
}

export function devicesDisconnected(on: Bus, note: NotePresence): Runnable {
  return consume(on, disconnectedDurable, (deliveries) => note(factsOf(deliveries, false)), {
    maxMessages: MAX_MESSAGES,
  });
}

/** `keep` stores the tags of devices that are known. */
export function devicesChanged(
  on: Bus,
  keep: (tags: ReadonlyMap<string, readonly string[]>) => Promise<void>,
): Runnable {
  const handle = async (deliveries: readonly Delivery<bus.DeviceChanged>[]): Promise<void> => {
    await keep(new Map(deliveries.map(({ message }) => [message.deviceId, message.tags])));
  };
  return consume(on, changedDurable, handle, { maxMessages: MAX_MESSAGES });
}
