// Hands deliveries to their receivers: any number of replicas, each delivery leased by one of them at a time.
import { asFault, type Clock, inSpan, Latch, type Runnable, untraced } from '@mooring/runtime';
import { deliveryAttempted, deliveryFailed, webhooksFailed } from '../alarms/events.js';
import { signedHeaders, type Verdict, verdict } from '../domain/webhook.js';
import type { Pool } from '../store/hot-pool.js';
import { type DueDelivery, leaseDue, settleDelivery } from '../store/webhook-deliveries.js';
import { openSecret } from '../store/webhooks.js';
import { post } from './post.js';

const AT_ONCE = 16;
/** Longer than an attempt and its settling take, so that only who died loses it. */
const LEASE_MS = 30_000;
const LOOK_MS = 1_000;

export interface DelivererParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly masterKey: Buffer;
  readonly privateNetworks: boolean;
  /** Seconds between attempts; after as many failures and one more a delivery is dead. */
  readonly backoffS: readonly number[];
}

export function deliverer(parts: DelivererParts) {
  const latch = new Latch();
  const running = new Set<Promise<void>>();

  async function attempt(delivery: DueDelivery): Promise<void> {
    const { id, webhookId, payload, url, sealedSecret, attempts } = delivery;
    try {
      const result = await inSpan('deliver webhook', {}, async (): Promise<Verdict> => {
        const secret = openSecret(parts.masterKey, webhookId, sealedSecret);
        const headers = signedHeaders(secret, id, payload, parts.clock.now());
        // The address may be a secret of the receiver's: no span says it.
        const attempted = await untraced(() => post(new URL(url), payload, headers, parts));
        return verdict(attempted, attempts + 1, parts.backoffS);
      });
      await settleDelivery(parts.pool, id, result, parts.clock.now());
      deliveryAttempted(id, webhookId, result);
    } catch (error) {
      // Its lease runs out, and it is attempted again.
      deliveryFailed(id, webhookId, asFault(error));
    }
  }

  function begin(delivery: DueDelivery): void {
    const attempted = attempt(delivery).finally(() => {
      running.delete(attempted);
      // There is a place, and perhaps a receiver that takes more.
      latch.announce();
    });
    running.add(attempted);
  }

  async function takeDue(): Promise<void> {
    const room = AT_ONCE - running.size;
    if (room === 0) return;
    try {
      for (const delivery of await leaseDue(parts.pool, parts.clock.now(), LEASE_MS, room)) begin(delivery);
    } catch (error) {
      webhooksFailed(asFault(error));
    }
  }

  return {
    /** Says that there is something to deliver. */
    poke(): void {
      latch.announce();
    },

    runnable: {
      name: 'webhooks',
      // Attempts that have begun end, so that none is repeated for nothing.
      stopLimitMs: 15_000,
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          await takeDue();
          await latch.next(signal, LOOK_MS);
        }
        await Promise.all(running);
      },
    } satisfies Runnable,
  };
}
