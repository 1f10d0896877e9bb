// The durable that acts on answers, hellos and key requests of devices.
import { deviceStream, type bus as messages, uplink } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import type { control } from '../commands/control.js';

/** One batch at a time over all replicas: what a device said later must not be acted on earlier. */
export const registryControl: Durable<messages.ControlBatch> = {
  name: 'registry-control',
  stream: deviceStream,
  subject: uplink.control,
  // What a process that died had in hand comes again this late, and everything behind it with it.
  ackWaitMs: 5_000,
  maxAckPending: 1,
};

export function consumeControl(bus: Bus, acting: ReturnType<typeof control>): Runnable {
  return consume(
    bus,
    registryControl,
    async (batch) => {
      for (const { message } of batch) await acting.batch(message);
    },
    { maxMessages: 16 },
  );
}
