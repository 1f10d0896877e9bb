// Ends what people watch who may not any more: any number of replicas look, each session ends once.
import { asFault, every, type Runnable } from '@mooring/runtime';
import { rightsWithdrawn, sweepFailed } from '../events.js';
import type { WatchReader } from '../store/watches.js';
import type { Cameras } from '../watching/cameras.js';
import type { SessionChanges } from '../watching/changes.js';

/** How often it is asked who may not any more. */
export const RIGHTS_MS = 5_000;
const CALL_MS = 4_000;
/** As many as the registry takes. */
const AT_ONCE = 500;

export interface RightsSweepParts {
  readonly watches: WatchReader;
  readonly cameras: Pick<Cameras, 'withdrawn'>;
  readonly changes: Pick<SessionChanges, 'rightsWithdrawn'>;
  readonly everyMs: number;
}

/** While the registry does not answer nothing ends. */
export function rightsSweep({ watches, cameras, changes, everyMs }: RightsSweepParts): Runnable {
  async function look(signal: AbortSignal): Promise<void> {
    for (let page = await watches(undefined, AT_ONCE); page.length > 0 && !signal.aborted; ) {
      const withdrawn = await cameras.withdrawn(page, CALL_MS);
      if (withdrawn.length > 0) rightsWithdrawn(await changes.rightsWithdrawn(withdrawn));
      page = page.length < AT_ONCE ? [] : await watches(page.at(-1), AT_ONCE);
    }
  }

  return {
    name: 'rights sweep',
    async run({ signal, ready }) {
      ready();
      const attempt = (): Promise<void> =>
        look(signal).catch((error: unknown) => sweepFailed('rights', asFault(error)));
      await every(everyMs, attempt, signal);
    },
  };
}
