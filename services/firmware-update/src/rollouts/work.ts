// Runs offers and pushes beside what found them: so much at a time, so much waiting, and the rest dropped and counted.
import { deadline } from '@mooring/runtime';

export interface WorkBounds {
  readonly atOnce: number;
  readonly waiting: number;
  /** Work that finds no room is not done. */
  dropped(): void;
}

/** Work that nobody waits for. What is given to it must not reject. */
export class Work {
  readonly #bounds: WorkBounds;
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = 0;
  #idle: (() => void)[] = [];

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds;
  }

  start(work: () => Promise<void>): void {
    if (this.#busy < this.#bounds.atOnce) {
      this.#busy += 1;
      void this.#run(work);
    } else if (this.#waiting.length < this.#bounds.waiting) this.#waiting.push(work);
    else this.#bounds.dropped();
  }

  /** Resolves when nothing is left; Fault `deadline` after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (this.#busy === 0) return;
    const done = new Promise<void>((resolve) => this.#idle.push(resolve));
    await deadline(done, limitMs, 'the offers that were left');
  }

  async #run(first: () => Promise<void>): Promise<void> {
    for (let work: (() => Promise<void>) | undefined = first; work !== undefined; ) {
      await work();
      work = this.#waiting.shift();
    }
    this.#busy -= 1;
    if (this.#busy === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
