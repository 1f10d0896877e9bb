// Decides what a failed transaction of many batches means: the database is away, or one of the batches is bad.
import { asFault, type Delivery, faultRow } from '@mooring/runtime';
import { mergedFailed } from '../events.js';

/** What can be stored, and the delivery that brought it. */
export interface Delivered {
  readonly delivery: Delivery<unknown>;
}

/**
 * Stores everything together and acks it. When that fails for a reason that lies in the data, stores each by itself, so
 * that only the bad ones are left unsettled; their fault is thrown at the end. A fault that passes is thrown at once.
 */
export async function storeMerged<D extends Delivered>(
  durable: string,
  delivered: readonly D[],
  store: (delivered: readonly D[]) => Promise<void>,
): Promise<void> {
  try {
    await store(delivered);
  } catch (error) {
    if (delivered.length < 2 || passes(error)) throw error;
    mergedFailed(durable, delivered.length, error);
    await storeEach(delivered, store);
    return;
  }
  for (const { delivery } of delivered) delivery.ack();
}

async function storeEach<D extends Delivered>(
  delivered: readonly D[],
  store: (delivered: readonly D[]) => Promise<void>,
): Promise<void> {
  let bad: unknown;
  for (const each of delivered) {
    try {
      await store([each]);
    } catch (error) {
      if (passes(error)) throw error;
      bad = error;
      continue;
    }
    each.delivery.ack();
  }
  if (bad !== undefined) throw bad;
}

function passes(error: unknown): boolean {
  return faultRow(asFault(error).code).retryable;
}
