// Decides who may begin: so many at once, and the others in the order in which they came, for as long as they may wait.
import { after } from './clock.js';

/** It was `taken`, and is to be given back; or too many waited, it took too long, or whoever asked is gone. */
export type Turn = 'taken' | 'full' | 'late' | 'left';

export interface TurnBounds {
  readonly atOnce: number;
  /** Who finds as many waiting is turned away. */
  readonly waiting: number;
  /** For as long as whoever asks, when absent. */
  readonly waitMs?: number;
}

/** Turns at something of which there is a bounded number. */
export class Turns {
  readonly #bounds: TurnBounds;
  // In the order in which they came.
  readonly #waiting = new Set<(turn: Turn) => void>();
  #taken = 0;
  #closed = false;

  constructor(bounds: TurnBounds) {
    this.#bounds = bounds;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** At once when one is free, else when it is given back. `late` after `waitMs` or at the end, `left` at an abort. */
  take(signal: AbortSignal): Promise<Turn> {
    const { atOnce, waiting, waitMs } = this.#bounds;
    if (signal.aborted) return Promise.resolve('left');
    if (this.#taken < atOnce) {
      this.#taken += 1;
      return Promise.resolve('taken');
    }
    if (this.#closed || this.#waiting.size >= waiting) return Promise.resolve('full');
    return new Promise((resolve) => {
      const end = (turn: Turn): void => {
        this.#waiting.delete(end);
        timer?.cancel();
        signal.removeEventListener('abort', left);
        resolve(turn);
      };
      const left = (): void => end('left');
      const timer = waitMs === undefined ? undefined : after(waitMs, () => end('late'));
      signal.addEventListener('abort', left, { once: true });
      this.#waiting.add(end);
    });
  }

  /** Gives back one that was taken; whoever has waited longest has it. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#taken -= 1;
    else next('taken');
  }

  /** Nobody waits any more. What is taken stays so. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#waiting]) end('late');
  }
}
