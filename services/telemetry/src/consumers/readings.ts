// The durable `telemetry-readings`: batches of readings become rows, as soon as they come, and then live messages.
import { type bus, live, telemetryStream, uplink } from '@mooring/proto';
import { type Bus, consume, type Durable, type Runnable, subject, systemClock } from '@mooring/runtime';
import { LiveMessages } from '../domain/live.js';
import { batchesSettled, batchStored, liveUnpublished, readingsRefused, readingsStored } from '../events.js';
import type { ClaimedBatch } from '../store/claim.js';
import type { MetricDictionary } from '../store/metrics.js';
import type { StoreReadings } from '../store/readings.js';
import { storeMerged } from './settle.js';
import { type SoundBatch, soundBatches } from './sound.js';
import { inStoreSpan } from './span.js';

export const readingsDurable: Durable<bus.ReadingBatch> = {
  name: 'telemetry-readings',
  stream: telemetryStream,
  subject: uplink.reading,
  ackWaitMs: 30_000,
  maxAckPending: 2_048,
};

const MAX_MESSAGES = 256;

// The same subject; its messages are encoded already.
const liveBytes = subject(live.event.template, {
  encode: (event: Uint8Array) => ({ finish: () => event }),
  decode: (bytes: Uint8Array) => bytes,
});

/** Stores everything that has gathered in one transaction; a malformed batch is dead-lettered without the others. */
export function readings(bus: Bus, metrics: MetricDictionary, store: StoreReadings): Runnable {
  const storeAll = async (batches: readonly SoundBatch[]): Promise<void> => {
    const headers = batches.map(({ batch }) => batch.header);
    await inStoreSpan('readings store', headers, async () => {
      const stored = await store(batches);
      told(bus, batches, stored);
    });
  };
  return consume(
    bus,
    readingsDurable,
    async (deliveries) => {
      const sound = await soundBatches(deliveries, metrics, async (delivery, reason) => {
        await delivery.deadLetter(`invalid: ${reason}`);
        batchesSettled('readings', 'dead', 1);
      });
      if (sound.length > 0) await storeMerged(readingsDurable.name, sound, storeAll);
    },
    { maxMessages: MAX_MESSAGES },
  );
}

/** Counts what was stored and shows it to whoever watches. */
function told(bus: Bus, batches: readonly SoundBatch[], stored: readonly ClaimedBatch[]): void {
  const nowMs = systemClock.now();
  const messages = new LiveMessages();
  let fresh = 0;
  for (const [index, { batch, metricIds }] of batches.entries()) {
    const outcome = stored[index];
    if (!outcome?.fresh) continue;
    fresh++;
    const { repeated } = outcome;
    const count = messages.add(batch, metricIds, repeated);
    readingsStored(count);
    readingsRefused('repeated_report', repeated.size);
    readingsRefused('metric_limit', batch.source.length - count - repeated.size);
    batchStored(batch.baseTimeMs, nowMs);
  }
  batchesSettled('readings', 'stored', fresh);
  batchesSettled('readings', 'duplicate', batches.length - fresh);
  for (const { organization, event } of messages.finish()) {
    try {
      bus.publish(liveBytes, { organization }, event);
    } catch (error) {
      liveUnpublished(error);
    }
  }
}
