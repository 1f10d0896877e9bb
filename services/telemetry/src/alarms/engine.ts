// The parts of alarms and webhooks, and who wakes whom.
import type { Bus, Clock, Durable, Runnable } from '@mooring/runtime';
import type { Alarm } from '../domain/alarm.js';
import { outboxAge } from '../store/alarm-outbox.js';
import { alarmWatch } from '../store/alarm-watch.js';
import type { Pool } from '../store/hot-pool.js';
import type { Alongside } from '../store/readings.js';
import { backlog } from '../store/webhook-deliveries.js';
import { deliverer } from '../webhooks/deliverer.js';
import { alarmsChanged, observed } from './events.js';
import { alarmRelay } from './relay.js';
import { alarmRules } from './rules.js';
import { alarmSweep } from './sweep.js';

export interface EngineParts {
  readonly bus: Bus;
  readonly pool: Pool;
  readonly clock: Clock;
  /** Opens the secrets of webhooks; 32 bytes. */
  readonly masterKey: Buffer;
  /** The durable that brings readings. */
  readonly readings: Pick<Durable<unknown>, 'name' | 'stream'>;
  readonly privateNetworks: boolean;
  readonly backoffS: readonly number[];
}

export interface Engine {
  /** Holds rules against readings in the transaction that stores them. */
  readonly watch: Alongside;
  /** To run before readings are stored. */
  readonly rules: Runnable;
  readonly runnables: readonly Runnable[];
  /** Alarms changed, and it is committed. */
  changed(alarms: readonly Alarm[]): void;
  /** A rule changed, and it is committed. */
  ruleChanged(): void;
  /** A delivery is to be attempted. */
  deliver(): void;
}

export function alarmEngine(parts: EngineParts): Engine {
  const { bus, pool, clock } = parts;
  const rules = alarmRules(pool, clock);
  const relay = alarmRelay(bus, pool);
  const webhooks = deliverer(parts);
  const changed = (alarms: readonly Alarm[]): void => {
    if (alarms.length === 0) return;
    alarmsChanged(alarms);
    relay.poke();
    webhooks.poke();
  };
  observed({
    rules: () => rules.book.size,
    outboxAgeS: () => outboxAge(pool, clock.now()),
    backlog: () => backlog(pool, clock.now()),
  });
  return {
    watch: alarmWatch(rules.book, clock, changed),
    rules: rules.runnable,
    runnables: [
      relay.runnable,
      webhooks.runnable,
      alarmSweep({ bus, durable: parts.readings, pool, clock, listens: () => rules.book.listens, changed }),
    ],
    changed,
    ruleChanged: rules.poke,
    deliver: webhooks.poke,
  };
}
