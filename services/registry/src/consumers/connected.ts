// The durable that has commands sent to devices that have just connected.
import { device, deviceStream, type bus as messages } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import type { Store } from '../store/index.js';

export const registryConnected: Durable<messages.DeviceConnected> = {
  name: 'registry-connected',
  stream: deviceStream,
  subject: device.connected,
  ackWaitMs: 5_000,
  maxAckPending: 2_000,
};

/** `woken` is called when there may be commands to send. */
export function consumeConnected(
  bus: Bus,
  commands: Pick<Store['commandSweep'], 'wake'>,
  woken: () => void,
): Runnable {
  return consume(
    bus,
    registryConnected,
    async (batch) => {
      if ((await commands.wake(batch.map(({ message }) => message.deviceId))) > 0) woken();
    },
    { maxMessages: 500 },
  );
}
