// Waits for a condition, never for a time.
import { deadline, sleep } from '../src/clock.js';

/** The first truthy result of `condition`; rejects with its last error, or with `what`, after `withinMs`. */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<NonNullable<T>> {
  const giveUp = new AbortController();
  let last: unknown = new Error(`${what} did not come true`);
  const wait = async (): Promise<NonNullable<T>> => {
    for (;;) {
      try {
        const result = await condition();
        if (result) return result;
      } catch (error) {
        last = error;
      }
      await sleep(10, giveUp.signal);
      if (giveUp.signal.aborted) throw last;
    }
  };
  try {
    return await deadline(wait(), withinMs, what);
  } catch (error) {
    throw new Error(`${what}: not within ${withinMs} ms`, { cause: last ?? error });
  } finally {
    giveUp.abort();
  }
}
