// Ends sessions that waited in vain: any number of replicas look, each ends once.
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
import { sweepFailed } from '../events.js';
import type { SessionReader } from '../store/sessions.js';
import type { SessionChanges } from '../watching/changes.js';

const LOOK_MS = 500;
/** Edges that could not reach the bus either bring now what they kept. */
const SETTLE_MS = 3_000;

export interface WaitSweepParts {
  readonly bus: Bus;
  /** Whose steps must all be stored before a wait is over: a backlog is not silence. */
  readonly durable: Pick<Durable<unknown>, 'name' | 'stream'>;
  readonly sessions: Pick<SessionReader, 'anyDue'>;
  readonly changes: Pick<SessionChanges, 'waitedUntil'>;
  readonly clock: Clock;
}

export function waitSweep({ bus, durable, sessions, changes, clock }: WaitSweepParts): Runnable {
  const heard = new Heard();

  async function look(signal: AbortSignal): Promise<void> {
    const { connectedSinceMs } = bus;
    if (connectedSinceMs === undefined || systemClock.now() - connectedSinceMs < SETTLE_MS) return;
    const nowMs = clock.now();
    if (!(await sessions.anyDue(nowMs))) return;
    const untilMs = heard.until(await durableProgress(bus, durable), nowMs);
    if (untilMs === undefined) return;
    for (let more = true; more && !signal.aborted; ) more = await changes.waitedUntil(untilMs);
  }

  return {
    name: 'wait sweep',
    async run({ signal, ready }) {
      ready();
      const attempt = (): Promise<void> =>
        look(signal).catch((error: unknown) => sweepFailed('waits', asFault(error)));
      await every(LOOK_MS, attempt, signal);
    },
  };
}
