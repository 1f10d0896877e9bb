// The durable `telemetry-rollups`: the same batches, summed up. Apart from the rows, because a bucket that takes many
// readings at once costs as much as one that takes a single one: rows are written at once, rollups about once a second.
import { type bus, telemetryStream, uplink } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable, sleep } from '@mooring/runtime';
import { batchesSettled } from '../events.js';
import type { MetricDictionary } from '../store/metrics.js';
import type { StoreRollups } from '../store/rollups.js';
import { storeMerged } from './settle.js';
import { type SoundBatch, soundBatches } from './sound.js';

export const rollupsDurable: Durable<bus.ReadingBatch> = {
  name: 'telemetry-rollups',
  stream: telemetryStream,
  subject: uplink.reading,
  ackWaitMs: 30_000,
  maxAckPending: 8_192,
};

const MAX_MESSAGES = 2_048;
const MAX_BYTES = 16 * 1024 * 1024;
/** Half of what may gather: then waiting longer would only hold up the stream. */
const ENOUGH_MESSAGES = MAX_MESSAGES / 2;

/**
 * Adds everything that has gathered to the rollups in one transaction, then gathers for `gatherMs`. What is malformed is
 * left to the durable of the readings, which dead-letters it.
 */
export function rollups(
  bus: Bus,
  metrics: MetricDictionary,
  store: StoreRollups,
  gatherMs: number,
): Runnable {
  const storeAll = async (batches: readonly SoundBatch[]): Promise<void> => {
    const fresh = await store(batches);
    batchesSettled('rollups', 'stored', fresh);
    batchesSettled('rollups', 'duplicate', batches.length - fresh);
  };
  return consume(
    bus,
    rollupsDurable,
    async (deliveries, signal) => {
      const sound = await soundBatches(deliveries, metrics, async (delivery) => delivery.ack());
      if (sound.length > 0) await storeMerged(rollupsDurable.name, sound, storeAll);
      if (deliveries.length < ENOUGH_MESSAGES) await sleep(gatherMs, signal);
    },
    { maxMessages: MAX_MESSAGES, maxBytes: MAX_BYTES },
  );
}
