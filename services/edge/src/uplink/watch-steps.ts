// Steps of watch sessions as a batch. They are of connections, so the batch names no devices.
import { bus } from '@mooring/proto';
import type { WatchProgress } from '../dialects/watch.js';
import type { Builder, EventOf } from './builder.js';

/** Ids, a time and a word: close enough to bound a batch. */
const STEP_BYTES = 128;

class WatchStepBuilder implements Builder<'watch'> {
  readonly #steps: bus.WatchStep[] = [];

  get count(): number {
    return this.#steps.length;
  }

  get bytes(): number {
    return this.#steps.length * STEP_BYTES;
  }

  add({ sessionId, connectionId, timeMs, progress }: EventOf<'watch'>): undefined {
    this.#steps.push({ sessionId, connectionId, timeMs, step: stepOf(progress) });
  }

  encode(header: bus.BatchHeader): Uint8Array {
    return bus.WatchStepBatch.encode({ header, steps: this.#steps }).finish();
  }
}

export const watchStepBuilder = (): Builder<'watch'> => new WatchStepBuilder();

function stepOf(progress: WatchProgress): NonNullable<bus.WatchStep['step']> {
  switch (progress.is) {
    case 'offered':
      return { $case: 'offered', value: {} };
    case 'answered':
      return { $case: 'answered', value: { offeredAtMs: progress.offeredAtMs } };
    case 'ended':
      return { $case: 'ended', value: { reason: progress.reason } };
    case 'lost':
      return { $case: 'lost', value: {} };
  }
}
