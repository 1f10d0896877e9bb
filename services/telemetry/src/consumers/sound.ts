// Parts the batches of readings that can be stored from those that never can.
import type { bus } from '@mooring/proto';
import type { Delivery } from '@mooring/runtime';
import { checkBatch } from '../domain/batch.js';
import type { StorableBatch } from '../store/identity.js';
import type { MetricDictionary } from '../store/metrics.js';

/** A batch that can be stored, and the delivery that brought it. */
export interface SoundBatch extends StorableBatch {
  readonly delivery: Delivery<bus.ReadingBatch>;
}

/** The storable batches in the order in which they came; `refuse` is told of every other one, and why. */
export async function soundBatches(
  deliveries: readonly Delivery<bus.ReadingBatch>[],
  metrics: MetricDictionary,
  refuse: (delivery: Delivery<bus.ReadingBatch>, reason: string) => Promise<void>,
): Promise<SoundBatch[]> {
  const sound: SoundBatch[] = [];
  for (const delivery of deliveries) {
    const checked = checkBatch(delivery.message);
    if (!checked.ok) {
      await refuse(delivery, checked.reason);
      continue;
    }
    const { batch } = checked;
    sound.push({ delivery, batch, metricIds: await metrics.idsOf(batch.metrics) });
  }
  return sound;
}
