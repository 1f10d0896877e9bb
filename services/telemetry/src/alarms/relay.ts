// Tells the bus of alarms that began, were acknowledged or ended, once that is committed; in order per device.
import { alarm, live, type bus as messages } from '@mooring/proto';
import {
  asFault,
  type Bus,
  contextFromTraceparent,
  inSpan,
  isFault,
  Latch,
  type Runnable,
} from '@mooring/runtime';
import { type AlarmNews, relayOldest } from '../store/alarm-outbox.js';
import type { Pool } from '../store/hot-pool.js';
import { relayFailed } from './events.js';

const AT_ONCE = 200;
/** What other replicas commit is found at the next look, and what could not be said is tried again. */
const LOOK_MS = 500;

type Speaker = Pick<Bus, 'persist' | 'publish'>;

export function alarmRelay(bus: Speaker, pool: Pool) {
  const latch = new Latch();

  /** Whether there may be more at once. */
  async function relaySome(): Promise<boolean> {
    let failed = false;
    try {
      const found = await relayOldest(pool, AT_ONCE, async (news) => {
        const said = await Promise.all(chainsOf(news).map((chain) => sayInOrder(bus, chain)));
        const ids = said.flat();
        failed = ids.length < news.length;
        return ids;
      });
      return !failed && found === AT_ONCE;
    } catch (error) {
      relayFailed(asFault(error));
      return false;
    }
  }

  return {
    /** Says that there is something to tell. */
    poke(): void {
      latch.announce();
    },

    runnable: {
      name: 'alarm relay',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          if (!(await relaySome())) await latch.next(signal, LOOK_MS);
        }
      },
    } satisfies Runnable,
  };
}

/** The news of each device, in their order. */
function chainsOf(news: readonly AlarmNews[]): AlarmNews[][] {
  const chains = new Map<bigint, AlarmNews[]>();
  for (const each of news) {
    const chain = chains.get(each.deviceNumber);
    if (chain === undefined) chains.set(each.deviceNumber, [each]);
    else chain.push(each);
  }
  return [...chains.values()];
}

/** What was said, up to the first that could not be. */
async function sayInOrder(bus: Speaker, chain: readonly AlarmNews[]): Promise<bigint[]> {
  const said: bigint[] = [];
  for (const news of chain) {
    try {
      await say(bus, news);
    } catch (error) {
      relayFailed(asFault(error));
      // What can never be said holds up nothing.
      if (!isFault(error, 'invalid')) return said;
    }
    said.push(news.id);
  }
  return said;
}

async function say(bus: Speaker, news: AlarmNews): Promise<void> {
  const { alarmId, ruleId, organizationId, deviceId, deviceNumber, state, action, traceparent } = news;
  if (state === 'raised') {
    const raised = { alarmId, ruleId, organizationId, deviceId, deviceNumber, action, traceparent };
    await inSpan('publish alarm', { parent: contextFromTraceparent(traceparent) }, () =>
      // The same alarm has the same id however often it is said.
      bus.persist(alarm.raised, { device: deviceId }, { ...raised, atMs: news.raisedAtMs }, { id: alarmId }),
    );
  }
  const value: messages.LiveAlarm = { deviceId, alarmId, ruleId, state, atMs: news.atMs };
  bus.publish(live.event, { organization: organizationId }, { event: { $case: 'alarm', value } });
}
