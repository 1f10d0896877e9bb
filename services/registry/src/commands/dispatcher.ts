// Sends what is due: any number of replicas claim, each delivery is made by one of them.
import { asFault, type Bus, Latch, type Runnable } from '@mooring/runtime';
import type { Sending } from '../store/command-dispatch.js';
import type { Store } from '../store/index.js';
import { deliver } from './deliver.js';
import { commandEvents } from './events.js';

const MAX_AT_ONCE = 64;
/** What other replicas queued, and what is due by time, is found at the next look. */
const POLL_MS = 500;

export interface DispatcherParts {
  readonly bus: Pick<Bus, 'request' | 'connectedSinceMs'>;
  readonly dispatch: Store['commandDispatch'];
  /** Called when commands have changed. */
  changed(): void;
}

export function dispatcher({ bus, dispatch, changed }: DispatcherParts) {
  const latch = new Latch();
  const underway = new Set<Promise<void>>();
  commandEvents.queueAge(() => dispatch.queueAgeS());

  function send(sending: Sending, signal: AbortSignal): void {
    const done = deliver({ bus, dispatch }, sending, signal).finally(() => {
      underway.delete(done);
      // Its lane may be free, and there is room for one more.
      latch.announce();
      changed();
    });
    underway.add(done);
  }

  /** What is late is looked at first: it holds lanes. */
  async function look(signal: AbortSignal): Promise<void> {
    for (let more = true; more && !signal.aborted && room() > 0; ) {
      const late = await dispatch.late(room());
      for (const sending of late.again) send(sending, signal);
      more = late.settled > 0;
      if (more) changed();
    }
    for (let found = 1; found > 0 && !signal.aborted && room() > 0; ) {
      const claimed = await dispatch.claim(room());
      for (const sending of claimed) send(sending, signal);
      found = claimed.length;
      if (found > 0) changed();
    }
  }

  function room(): number {
    return MAX_AT_ONCE - underway.size;
  }

  return {
    /** Says that a command was queued, or that a lane is free. */
    poke(): void {
      latch.announce();
      changed();
    },

    runnable: {
      name: 'command dispatcher',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          // Without a bus nothing reaches a device, and no answer comes either.
          if (bus.connectedSinceMs !== undefined) {
            await look(signal).catch((error: unknown) => commandEvents.sweepFailed(asFault(error)));
          }
          await latch.next(signal, POLL_MS);
        }
        // Each ends within the time of a reply.
        await Promise.all(underway);
      },
    } satisfies Runnable,
  };
}
