// Removes the objects that nothing refers to any more, or never will, once they are due.
import { type Clock, every, type Runnable } from '@mooring/runtime';
import { objectRemoved, removalFailed } from '../events.js';
import type { Database } from '../store/client.js';
import { forgetKeys } from '../store/idempotency.js';
import { claimRemovals, forgetRemoval } from '../store/removals.js';
import type { ArtifactStorage } from './artifact-storage.js';

const EVERY_MS = 30_000;
const BATCH = 10;
/** How long one process has for what it claimed before another one tries. */
const CLAIM_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** One round: removes what is due, at most ten objects. What cannot be removed now is tried again later. */
export async function sweep(database: Database, storage: ArtifactStorage, nowMs: number): Promise<void> {
  for (const { key, sizeBytes } of await claimRemovals(database, nowMs, nowMs + CLAIM_MS, BATCH)) {
    try {
      await storage.remove(key, sizeBytes);
      await forgetRemoval(database, key);
      objectRemoved();
    } catch (error) {
      removalFailed(key, error);
    }
  }
  await forgetKeys(database, nowMs - DAY_MS);
}

/** The rounds as a part of the service; a round that fails is told and followed by the next. */
export function sweeper(database: Database, storage: ArtifactStorage, clock: Clock): Runnable {
  return {
    name: 'object sweeper',
    async run({ signal, ready }) {
      ready();
      const round = async (): Promise<void> => {
        try {
          await sweep(database, storage, clock.now());
        } catch (error) {
          removalFailed('', error);
        }
      };
      await every(EVERY_MS, round, signal);
    },
  };
}
