// Decides up to when everything that came has been heard, so that a backlog is not taken for silence.

/** Where the stream of readings ends, and up to where it is stored (see `Progress` of the runtime). */
interface Seen {
  readonly last: number;
  readonly settled: number;
  readonly idle: boolean;
}

/** Compares the end of the stream at one time with what is stored at a later one. */
export class Heard {
  #mark: { readonly atMs: number; readonly last: number } | undefined;

  /** What was seen just after `askedAtMs`; up to when all readings are stored now, or undefined while that is not known. */
  until(seen: Seen, askedAtMs: number): number | undefined {
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
