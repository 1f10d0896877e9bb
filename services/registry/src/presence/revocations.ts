// Sends devices away whose credential or product's key was withdrawn: at once where this replica did it, and within a
// minute whatever became of the replica that did.
import { asFault, Latch, type Runnable } from '@mooring/runtime';
import { events } from '../events.js';
import type { Store } from '../store/index.js';
import type { Notices } from './notices.js';

const SWEEP_MS = 60_000;
const MAX_AT_ONCE = 64;

export function revocations(parts: {
  readonly revocations: Store['revocations'];
  readonly notices: Pick<Notices, 'end'>;
}) {
  const latch = new Latch();

  async function sweep(signal: AbortSignal): Promise<void> {
    let after = 0n;
    while (!signal.aborted) {
      const sessions = await parts.revocations(after, MAX_AT_ONCE);
      const last = sessions.at(-1);
      if (last === undefined) return;
      const ended = sessions.map((session) =>
        parts.notices.end('credential_revoked', async () => session, signal),
      );
      await Promise.all(ended);
      after = last.deviceNumber;
    }
  }

  return {
    /** Something was withdrawn. */
    poke: (): void => latch.announce(),
    runnable: {
      name: 'revocations',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          await latch.next(signal, SWEEP_MS);
          await sweep(signal).catch((error: unknown) => events.revocationsFailed(asFault(error)));
        }
      },
    } satisfies Runnable,
  };
}
