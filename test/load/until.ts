// Waiting for what must come true.
import { Fault, sleep } from '@mooring/runtime';

const POLL_MS = 200;
const LIMIT_MS = 60_000;

/** Fault `deadline` when it does not within a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > limit)
      throw new Fault('deadline', `It did not come true within a minute: ${what}`);
    await sleep(POLL_MS);
  }
}
