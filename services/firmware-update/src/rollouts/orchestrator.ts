// Moves rollouts on, in every replica: claims what may be offered and offers it, at once when something changed and
// again at every tick. Knows no limits: the rows and the database do.
import {
  asFault,
  type Bus,
  type Clock,
  every,
  Latch,
  type Runnable,
  sleep,
  type Work,
} from '@mooring/runtime';
import { OFFER_MS } from '../domain/claim.js';
import { claimSome } from '../store/claim.js';
import type { Pool } from '../store/client.js';
import { activeGroups, gatherable, gatheredAll } from '../store/gathering.js';
import { takeOffers } from '../store/updates.js';
import { tellUpdate } from './announce.js';
import type { FleetChanges } from './changes.js';
import { penalized, rolloutMoved, roundFailed } from './events.js';
import type { Offer } from './offer.js';

export interface OrchestratorParts {
  readonly bus: Pick<Bus, 'publish'>;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly changes: FleetChanges;
  /** Where offers are made; one that finds no room is made again later. */
  readonly work: Work;
  readonly offer: (offer: Offer) => Promise<void>;
  readonly wakeOutbox: () => void;
  readonly tickMs: number;
}

const GATHER_AT_ONCE = 500;
/** What changes in so short a time is looked at together. */
const LOOK_MS = 50;

/** The loop; `look` has it look at a group soon, `offerAgain` at an update. */
export function orchestrator(parts: OrchestratorParts) {
  const { bus, pool, clock, changes, work, offer, tickMs } = parts;
  const latch = new Latch();
  const looked = new Set<string>();

  async function serve(groupId: string, signal: AbortSignal): Promise<void> {
    await gather(groupId, signal);
    for (let again = true; again && !signal.aborted; ) {
      const claimed = await claimSome(pool, groupId, clock.now());
      ({ again } = claimed);
      for (const made of claimed.offers) {
        tellUpdate(bus, made.update);
        work.start(() => offer(made));
      }
      penalized(groupId, claimed.penalized);
      if (claimed.state !== undefined) rolloutMoved(groupId, claimed.state);
      if (again || claimed.state !== undefined) parts.wakeOutbox();
    }
  }

  /** Puts devices without a group where they belong, once after the conditions of this one changed. */
  async function gather(groupId: string, signal: AbortSignal): Promise<void> {
    const wanted = await gatherable(pool, groupId);
    if (wanted === undefined) return;
    const { deviceIds, revision } = wanted;
    for (let at = 0; at < deviceIds.length && !signal.aborted; at += GATHER_AT_ONCE) {
      await changes.gather(deviceIds.slice(at, at + GATHER_AT_ONCE));
    }
    if (!signal.aborted) await gatheredAll(pool, groupId, revision);
  }

  async function quietly(what: string, fn: () => Promise<void>): Promise<void> {
    try {
      await fn();
    } catch (error) {
      roundFailed(what, asFault(error));
    }
  }

  async function lookAtAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await latch.next(signal);
      const groups = [...looked];
      looked.clear();
      for (const groupId of groups) {
        if (signal.aborted) return;
        await quietly('serve', () => serve(groupId, signal));
      }
      await sleep(LOOK_MS, signal);
    }
  }

  function look(groupId: string): void {
    looked.add(groupId);
    latch.announce();
  }

  return {
    look,

    /** The device has joined its channel anew and may not have got it. */
    offerAgain(updateId: string): void {
      work.start(() =>
        quietly('offer again', async () => {
          const nowMs = clock.now();
          for (const update of await takeOffers(pool, nowMs, nowMs + OFFER_MS, 1, updateId))
            await offer({ update });
        }),
      );
    },

    runnable: {
      name: 'orchestrator',
      async run({ signal, ready }) {
        ready();
        const tick = (): Promise<void> =>
          quietly('tick', async () => {
            for (const groupId of await activeGroups(pool)) look(groupId);
          });
        await Promise.all([lookAtAll(signal), tick().then(() => every(tickMs, tick, signal))]);
      },
    } satisfies Runnable,
  };
}
