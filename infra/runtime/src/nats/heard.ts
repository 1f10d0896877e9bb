// Decides up to when everything that came has been heard, so that a backlog is not taken for silence.
import type { Progress } from './progress.js';

/** Compares the end of a stream at one time with what its durable has handled at a later one. */
export class Heard {
  #mark: { readonly atMs: number; readonly last: number } | undefined;

  /** What was seen just after `askedAtMs`; up to when everything is handled now, or undefined while that is not known. */
  until(seen: Progress, askedAtMs: number): number | undefined {
    const mark = this.#mark;
    if (seen.idle) {
      this.#mark = undefined;
      return askedAtMs;
    }
    const reached = mark !== undefined && seen.settled >= mark.last;
    if (mark === undefined || reached) this.#mark = { atMs: askedAtMs, last: seen.last };
    return reached ? mark.atMs : undefined;
  }
}
