// Keeps partitions ahead of the clock and tables within their retention: before the first batch, then every few minutes.
import { type Clock, every, isFault, type Runnable, retry } from '@mooring/runtime';
import type { Retention } from './domain/level.js';
import { partitionDropped, partitionMade, upkeepFailed } from './events.js';
import type { Database } from './store/client.js';
import type { Pool } from './store/hot-pool.js';
import { keepPartitions } from './store/partitions.js';
import { deleteOld } from './store/retention.js';

const EVERY_MS = 10 * 60_000;

/** Ready when the partitions of today are there. */
export function upkeep(pool: Pool, database: Database, retention: Retention, clock: Clock): Runnable {
  const partitions = async (): Promise<void> => {
    for (const { name, change } of await keepPartitions(pool, retention, clock.now())) {
      if (change === 'made') partitionMade(name);
      else partitionDropped(name);
    }
  };
  return {
    name: 'upkeep',
    async run({ signal, ready }) {
      await retry(partitions, {
        signal,
        attempts: Number.POSITIVE_INFINITY,
        on: (fault) => isFault(fault, 'unavailable') || isFault(fault, 'deadline'),
        baseMs: 250,
        maxMs: 5_000,
      });
      ready();
      await every(
        EVERY_MS,
        async () => {
          try {
            await partitions();
            await deleteOld(database, retention, clock.now());
          } catch (error) {
            upkeepFailed(error);
          }
        },
        signal,
      );
    },
  };
}
