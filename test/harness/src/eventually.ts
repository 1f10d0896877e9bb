// Waiting for a condition, never for a time.
import { sleep } from '@mooring/runtime';

const POLL_MS = 25;

/**
 * The first value of `probe` that is neither undefined, null nor false, asked again and again. Throws what `probe` threw
 * last, or says what did not come true, after `withinMs` (10 s).
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  options: { readonly withinMs?: number; readonly what?: string } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const { withinMs = 10_000, what = 'the condition' } = options;
  const limit = Date.now() + withinMs;
  for (;;) {
    let failure: unknown = new Error(`${what} did not come true within ${withinMs} ms`);
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false)
        return value as NonNullable<Exclude<T, false>>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > limit) throw failure;
    await sleep(POLL_MS);
  }
}
