// The durable `telemetry-log`: what devices say in words becomes rows, a transaction for everything that has gathered.
import { type bus, telemetryStream, uplink } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable } from '@mooring/runtime';
import { checkLog } from '../domain/log.js';
import { batchesSettled, logStored } from '../events.js';
import type { DeliveredLog, StoreLog } from '../store/log.js';
import { storeMerged } from './settle.js';

export const logDurable: Durable<bus.LogBatch> = {
  name: 'telemetry-log',
  stream: telemetryStream,
  subject: uplink.log,
  ackWaitMs: 30_000,
  maxAckPending: 1_024,
};

const MAX_MESSAGES = 128;

export function deviceLog(bus: Bus, store: StoreLog): Runnable {
  const storeAll = async (batches: readonly DeliveredLog[]): Promise<void> => {
    const { fresh, entries } = await store(batches);
    batchesSettled('log', 'stored', fresh);
    batchesSettled('log', 'duplicate', batches.length - fresh);
    logStored(entries);
  };
  return consume(
    bus,
    logDurable,
    async (deliveries) => {
      const sound: DeliveredLog[] = [];
      for (const delivery of deliveries) {
        const checked = checkLog(delivery.message);
        if (checked.ok) {
          sound.push({ delivery, header: checked.header, entries: checked.entries });
        } else {
          await delivery.deadLetter(`invalid: ${checked.reason}`);
          batchesSettled('log', 'dead', 1);
        }
      }
      if (sound.length > 0) await storeMerged(logDurable.name, sound, storeAll);
    },
    { maxMessages: MAX_MESSAGES },
  );
}
