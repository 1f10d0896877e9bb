// Lets a bounded number work at once and a bounded number wait for it.
import { Fault } from '@mooring/runtime';

export class Turns {
  readonly #parallel: number;
  readonly #maxWaiting: number;
  readonly #queue: (() => void)[] = [];
  #working = 0;

  constructor(parallel: number, maxWaiting: number) {
    this.#parallel = parallel;
    this.#maxWaiting = maxWaiting;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Runs `work` when it is its turn. Fault `exhausted` when too many wait, `deadline` when whoever waits has left. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#working < this.#parallel) this.#working++;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      // Whoever waits gets the place itself, so that nobody comes in between.
      const next = this.#queue.shift();
      if (next === undefined) this.#working--;
      else next();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#queue.length >= this.#maxWaiting) throw new Fault('exhausted', 'too many prints wait already');
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        reject(new Fault('deadline', 'nobody waits for this print any more'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#queue.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
