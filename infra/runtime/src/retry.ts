// Decides how often and when a failed attempt is made again.
import { type BackoffOptions, backoff, sleep } from './clock.js';
import { asFault, type Fault, faultRow } from './fault.js';

/** When to try again and when to give up. Exactly one of `attempts` (3 when absent) and `forever` counts. */
export interface RetryOptions extends BackoffOptions {
  /** Ends the waiting; the last fault is then thrown. */
  readonly signal: AbortSignal;
  /** Attempts in all, the first included. */
  readonly attempts?: number;
  readonly forever?: boolean;
  /** Whether this fault is worth another attempt; by default the fault table says so. */
  readonly on?: (fault: Fault) => boolean;
}

/** The first result of `fn`, called again after each fault that is worth it. Throws the last fault. */
export async function retry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, on = (fault: Fault) => faultRow(fault.code).retryable } = options;
  const limit = options.forever ? Number.POSITIVE_INFINITY : (options.attempts ?? 3);
  for (let attempt = 0; ; attempt++) {
    try {
      return await fn(attempt);
    } catch (error) {
      const fault = asFault(error);
      if (attempt + 1 >= limit || !on(fault)) throw fault;
      await sleep(backoff(attempt, options), signal);
      if (signal.aborted) throw fault;
    }
  }
}
