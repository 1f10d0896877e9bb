// What time decides, in every replica: updates that are overdue, offers that nobody works on, groups that were switched off.
import { asFault, type Clock, every, type Runnable, type Work } from '@mooring/runtime';
import { OFFER_MS } from '../domain/claim.js';
import type { Pool } from '../store/client.js';
import { overdue, takeOffers, unwanted } from '../store/updates.js';
import type { FleetChanges } from './changes.js';
import { roundFailed } from './events.js';
import type { Offer } from './offer.js';

export interface SweepParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly changes: FleetChanges;
  readonly work: Work;
  readonly offer: (offer: Offer) => Promise<void>;
  readonly tickMs: number;
}

const AT_ONCE = 200;

export function sweeps({ pool, clock, changes, work, offer, tickMs }: SweepParts): Runnable {
  async function round(signal: AbortSignal): Promise<void> {
    for (let more = true; more && !signal.aborted; ) {
      const late = await overdue(pool, clock.now(), AT_ONCE);
      const { written } = late.length === 0 ? { written: [] } : await changes.expire(late);
      more = written.length === AT_ONCE;
    }
    const left = await unwanted(pool, AT_ONCE);
    if (left.length > 0) await changes.withdraw(left, 'group_inactive');
    const nowMs = clock.now();
    for (const update of await takeOffers(pool, nowMs, nowMs + OFFER_MS, AT_ONCE)) {
      work.start(() => offer({ update }));
    }
  }

  return {
    name: 'rollout sweeps',
    async run({ signal, ready }) {
      ready();
      const quietly = async (): Promise<void> => {
        try {
          await round(signal);
        } catch (error) {
          roundFailed('sweeps', asFault(error));
        }
      };
      await every(tickMs, quietly, signal);
    },
  };
}
