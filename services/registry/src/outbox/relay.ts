// Publishes the outbox: one replica at a time, in order per device, each fact until the bus has it.
import {
  asFault,
  type Bus,
  contextFromTraceparent,
  type Fault,
  inSpan,
  isFault,
  Latch,
  type Runnable,
  sleep,
} from '@mooring/runtime';
import type { DeviceFact } from '../domain/device-fact.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';
import type { OpenOutbox } from '../store/outbox.js';
import { persistFact, publishLive } from './message.js';
import { byDevice } from './order.js';

const BATCH = 500;
/** Facts that other replicas committed are found at the next look. */
const POLL_MS = 500;
/** How often a replica without the lock asks for it. */
const LOCK_MS = 1_000;

export function relay(bus: Pick<Bus, 'persist' | 'publish'>, outbox: Store['outbox']) {
  const latch = new Latch();
  events.outboxAge(() => outbox.ageS());

  /** Publishes one batch; how many facts there were, and whether all went out. */
  async function relaySome(open: OpenOutbox): Promise<{ found: number; fault: Fault | undefined }> {
    const facts = await open.oldest(BATCH);
    const chains = [...byDevice(facts).values()].map((chain) => persistInOrder(bus, chain));
    const results = await Promise.all(chains);
    const gone = results.flatMap((result) => result.gone);
    if (gone.length > 0) await open.remove(gone);
    for (const fact of gone) {
      publishLive(bus, fact);
      events.published(fact.kind);
    }
    return { found: facts.length, fault: results.find((result) => result.fault !== undefined)?.fault };
  }

  async function relayAll(open: OpenOutbox, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { found, fault } = await relaySome(open);
      if (fault !== undefined) {
        events.relayFailed(fault);
        await sleep(POLL_MS, signal);
      } else if (found < BATCH) {
        await latch.next(signal, POLL_MS);
      }
    }
  }

  return {
    /** Says that there is something to publish. */
    poke(): void {
      latch.announce();
    },

    runnable: {
      name: 'outbox relay',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          try {
            await outbox.exclusively((open) => relayAll(open, signal));
          } catch (error) {
            events.relayFailed(asFault(error));
          }
          await sleep(LOCK_MS, signal);
        }
      },
    } satisfies Runnable,
  };
}

/** One device's facts, one after the other; stops at the first that does not go out. */
async function persistInOrder(
  bus: Pick<Bus, 'persist'>,
  chain: readonly DeviceFact[],
): Promise<{ readonly gone: readonly DeviceFact[]; readonly fault: Fault | undefined }> {
  const gone: DeviceFact[] = [];
  for (const fact of chain) {
    try {
      await inSpan(`publish ${fact.kind}`, { parent: contextFromTraceparent(fact.traceparent) }, () =>
        persistFact(bus, fact),
      );
      gone.push(fact);
    } catch (error) {
      if (!isFault(error)) throw error;
      return { gone, fault: error };
    }
  }
  return { gone, fault: undefined };
}
