// Looks for devices that fell silent: any number of replicas look, each alarm is raised once.
import {
  asFault,
  type Bus,
  type Clock,
  type Durable,
  durableProgress,
  every,
  Heard,
  type Runnable,
  systemClock,
} from '@mooring/runtime';
import type { Alarm } from '../domain/alarm.js';
import { anySilent, listen, raiseSilent } from '../store/alarm-sweep.js';
import type { Pool } from '../store/hot-pool.js';
import { sweepFailed } from './events.js';

const LOOK_MS = 1_000;
const LISTEN_MS = 5_000;
/** When nobody has listened for longer, devices could not have been heard, and silence counts from anew. */
const BREAK_S = 20;
/** Edges that could not reach the bus either bring now what they kept. */
const SETTLE_MS = 3_000;

export interface SweepParts {
  readonly bus: Bus;
  /** Whose readings must all be stored before a device counts as silent. */
  readonly durable: Pick<Durable<unknown>, 'name' | 'stream'>;
  readonly pool: Pool;
  readonly clock: Clock;
  /** Whether any rule waits for silence. */
  readonly listens: () => boolean;
  /** Called, after the commit, with alarms that were raised. */
  readonly changed: (alarms: readonly Alarm[]) => void;
}

export function alarmSweep({ bus, durable, pool, clock, listens, changed }: SweepParts): Runnable {
  const heard = new Heard();
  let sinceMs = 0;
  let listenedMs = Number.NEGATIVE_INFINITY;

  async function look(signal: AbortSignal): Promise<void> {
    const nowMs = clock.now();
    const { connectedSinceMs } = bus;
    if (connectedSinceMs === undefined || systemClock.now() - connectedSinceMs < SETTLE_MS) return;
    if (nowMs - listenedMs >= LISTEN_MS) {
      sinceMs = await listen(pool, nowMs, BREAK_S);
      listenedMs = nowMs;
    }
    if (!listens() || !(await anySilent(pool, nowMs, sinceMs))) return;
    const untilMs = heard.until(await durableProgress(bus, durable), nowMs);
    if (untilMs === undefined) return;
    for (let more = true; more && !signal.aborted; ) {
      const raised = await raiseSilent(pool, untilMs, sinceMs, clock.now());
      if (raised.alarms.length > 0) changed(raised.alarms);
      more = raised.more;
    }
  }

  return {
    name: 'alarm sweep',
    async run({ signal, ready }) {
      ready();
      await every(
        LOOK_MS,
        async () => {
          try {
            await look(signal);
          } catch (error) {
            sweepFailed(asFault(error));
          }
        },
        signal,
      );
    },
  };
}
