// Forgets sessions that ended longer ago than anybody wants to know: at the start and every ten minutes.
import { asFault, type Clock, every, type Runnable } from '@mooring/runtime';
import { sessionsForgotten, sweepFailed } from '../events.js';
import type { SessionReader } from '../store/sessions.js';

const EVERY_MS = 10 * 60_000;

export function historySweep(
  sessions: Pick<SessionReader, 'forgetOld'>,
  days: number,
  clock: Clock,
): Runnable {
  const forget = async (): Promise<void> => {
    try {
      sessionsForgotten('age', await sessions.forgetOld(days, clock.now()));
    } catch (error) {
      sweepFailed('history', asFault(error));
    }
  };
  return {
    name: 'history',
    async run({ signal, ready }) {
      ready();
      await forget();
      await every(EVERY_MS, forget, signal);
    },
  };
}
