// What commands owe to time: they expire, they are woken though a connect was missed, and people watching are told.
import { live } from '@mooring/proto';
import { asFault, type Bus, every, Latch, type Runnable } from '@mooring/runtime';
import type { CommandNews } from '../store/command-sweep.js';
import type { Store } from '../store/index.js';
import { commandEvents } from './events.js';

const EXPIRE_MS = 500;
const WAKE_MS = 30_000;
const NEWS_MS = 500;

type Sweep = Store['commandSweep'];

/** Ends what has waited too long for its device. */
export function expirySweep(sweep: Pick<Sweep, 'expire'>, changed: () => void): Runnable {
  return looking('command expiry', EXPIRE_MS, async () => {
    if ((await sweep.expire()) > 0) changed();
  });
}

/** Sends what waits for a device that is here. */
export function straySweep(sweep: Pick<Sweep, 'wakeStray'>, changed: () => void): Runnable {
  return looking('stray commands', WAKE_MS, async () => {
    if ((await sweep.wakeStray()) > 0) changed();
  });
}

function looking(name: string, ms: number, look: () => Promise<void>): Runnable {
  return {
    name,
    async run({ signal, ready }) {
      ready();
      const attempt = () => look().catch((error: unknown) => commandEvents.sweepFailed(asFault(error)));
      await every(ms, attempt, signal);
    },
  };
}

/** Tells people watching of each step, once over all replicas; who is not there misses it. */
export function commandNews(bus: Pick<Bus, 'publish'>, sweep: Pick<Sweep, 'news'>) {
  const latch = new Latch();

  async function tell(signal: AbortSignal): Promise<void> {
    for (let found = 1; found > 0 && !signal.aborted; ) {
      const news = await sweep.news();
      for (const step of news) publish(bus, step);
      found = news.length;
    }
  }

  return {
    /** Says that commands have changed. */
    changed: (): void => latch.announce(),

    runnable: {
      name: 'command news',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          await tell(signal).catch((error: unknown) => commandEvents.sweepFailed(asFault(error)));
          await latch.next(signal, NEWS_MS);
        }
      },
    } satisfies Runnable,
  };
}

function publish(bus: Pick<Bus, 'publish'>, news: CommandNews): void {
  const { id: commandId, deviceId, organizationId, type, state, step, atMs } = news;
  commandEvents.step(type, state);
  const value = { deviceId, commandId, type, state, atMs, step };
  bus.publish(live.event, { organization: organizationId }, { event: { $case: 'command', value } });
}
