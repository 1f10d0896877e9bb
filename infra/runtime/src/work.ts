// Runs work beside what found it out: so much at a time, so much waiting, and the rest at the end of the process.
import { after, deadline } from './clock.js';

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
  #later = 0;
  #idle: (() => void)[] = [];

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds;
  }

  start(work: () => Promise<void>): void {
    if (this.#busy < this.#bounds.atOnce) {
      this.#busy += 1;
      void this.#run(work);
    } else if (this.#waiting.length < this.#bounds.waiting) {
      this.#waiting.push(work);
    } else {
      this.#bounds.dropped();
    }
  }

  /** Starts it in `ms`, unless the process ends first. */
  startIn(ms: number, work: () => Promise<void>): void {
    if (this.#later >= this.#bounds.waiting) {
      this.#bounds.dropped();
      return;
    }
    this.#later += 1;
    after(
      ms,
      () => {
        this.#later -= 1;
        this.start(work);
      },
      { unref: true },
    );
  }

  /** Resolves when nothing is left; Fault `deadline` after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (this.#busy === 0) return;
    const done = new Promise<void>((resolve) => this.#idle.push(resolve));
    await deadline(done, limitMs, 'the work that was left');
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
