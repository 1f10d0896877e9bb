// The named timers of one session.
import { after, type Timer } from '@mooring/runtime';

/** One timer per name. */
export class Timers {
  // Most sessions are without timers most of the time, and an empty map takes as much memory as a session.
  #timers: Map<string, Timer> | undefined;

  /** Arms or re-arms. */
  arm(name: string, afterMs: number, due: () => void): void {
    this.disarm(name);
    this.#timers ??= new Map();
    const timer = after(afterMs, () => {
      this.disarm(name);
      due();
    });
    this.#timers.set(name, timer);
  }

  disarm(name: string): void {
    this.#timers?.get(name)?.cancel();
    this.#timers?.delete(name);
    if (this.#timers?.size === 0) this.#timers = undefined;
  }

  cancelAll(): void {
    for (const timer of this.#timers?.values() ?? []) timer.cancel();
    this.#timers = undefined;
  }
}
