// Owns every timer of the platform: waiting, repeating, giving up.
import { Fault } from './fault.js';

/** Where the time comes from; tests give their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A pending call. Cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

// Node fires a longer timer at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `fn` once after `ms`; any length. What `fn` throws is uncaught, so it takes the process down.
 * An `unref`ed timer does not keep the process alive.
 */
export function after(ms: number, fn: () => void, options: { readonly unref?: boolean } = {}): Timer {
  let handle: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : fn()), stepMs);
    if (options.unref) handle.unref();
  };
  arm(Math.max(0, ms));
  return { cancel: () => clearTimeout(handle) };
}

/** Resolves after `ms`, or as soon as the signal aborts; never rejects, so a loop asks the signal next. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = after(ms, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** Resolves when the signal aborts, at once when it has: for a runnable that only waits to be stopped. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Calls `fn` every `ms`, the first time after `ms`, the next one `ms` after the last one ended, so calls never overlap.
 * Resolves when the signal aborts and the running call has ended; rejects with what `fn` throws.
 */
export async function every(ms: number, fn: () => Promise<void> | void, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(ms, signal);
    if (signal.aborted) return;
    await fn();
  }
}

/**
 * The result of `promise` if it settles within `ms`, else a `deadline` fault that names `what`.
 * The work itself is not cancelled, and a failure that comes too late is dropped.
 */
export function deadline<T>(promise: PromiseLike<T>, ms: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = after(ms, () => reject(new Fault('deadline', `${what} took longer than ${ms} ms`)));
    promise.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}

/** Bounds of a back-off. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt number `attempt` (0 is the first repetition), in milliseconds: anything from 0 to
 * `baseMs` doubled per attempt, at most `maxMs`. Full jitter, so that many who failed together do not return together.
 */
export function backoff(
  attempt: number,
  options: BackoffOptions,
  random: () => number = Math.random,
): number {
  return random() * Math.min(options.maxMs, options.baseMs * 2 ** attempt);
}
