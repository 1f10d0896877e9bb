// Ends consoles whose people may not have them any more: at once where this replica took the right away, and within
// seconds whoever did, and wherever the device went.
import { asFault, Latch, type Runnable, systemClock } from '@mooring/runtime';
import { authorizeConsole, type HeldConsole } from '../domain/console.js';
import { lapsed, lookedUpOnce, type StandingOf } from '../domain/lapsed.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';
import type { Notices } from './notices.js';

const SWEEP_MS = 5_000;
const MAX_AT_ONCE = 64;
/** An edge ends a console after 8 hours; of one that is noted as open for longer the end was lost. */
const LONGEST_MS = 9 * 60 * 60_000;

export function consoleRights(parts: {
  readonly consoles: Pick<Store['consoles'], 'held' | 'endOverdue'>;
  readonly standing: StandingOf;
  readonly notices: Pick<Notices, 'end'>;
}) {
  const { consoles, standing, notices } = parts;
  const latch = new Latch();

  async function sweep(signal: AbortSignal): Promise<void> {
    for (let after = ''; !signal.aborted; ) {
      const held = await consoles.held(after, MAX_AT_ONCE);
      const last = held.at(-1);
      if (last === undefined) break;
      await look(held, signal);
      after = last.id;
    }
    const overdue = new Date(systemClock.now() - LONGEST_MS);
    events.consolesEnded('unknown', await consoles.endOverdue(overdue, signal));
  }

  async function look(held: readonly HeldConsole[], signal: AbortSignal): Promise<void> {
    const standingNow = lookedUpOnce(standing);
    const checks = held.map(async (console) => {
      const lost = await lapsed(console, standingNow(console.userId, console.apiKeyId), authorizeConsole);
      if (lost === undefined) return;
      events.consoleWithdrawn(console.id, console.userId || console.apiKeyId, lost.code);
      const session = { ...console.at, deviceNumber: 0n, epoch: 0n };
      await notices.end('rights_withdrawn', async () => session, signal);
    });
    await Promise.all(checks);
  }

  return {
    /** A right was taken away. */
    poke: (): void => latch.announce(),
    runnable: {
      name: 'console rights',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          await latch.next(signal, SWEEP_MS);
          await sweep(signal).catch((error: unknown) => events.consoleRightsFailed(asFault(error)));
        }
      },
    } satisfies Runnable,
  };
}
