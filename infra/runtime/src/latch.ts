// Wakes one loop that waits for work: what is announced while it works is not missed.

import { after } from './clock.js';

/** One waiter at a time; any number of announcements before it waits count as one. */
export class Latch {
  #announced = false;
  #wake: (() => void) | undefined;

  announce(): void {
    this.#announced = true;
    this.#wake?.();
  }

  /** Resolves at the next announcement, at once if there was one since the last wait; at an abort; after `withinMs`. */
  async next(signal: AbortSignal, withinMs?: number): Promise<void> {
    if (!this.#announced && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = withinMs === undefined ? undefined : after(withinMs, () => wake());
        const wake = (): void => {
          this.#wake = undefined;
          timer?.cancel();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    this.#announced = false;
  }
}
