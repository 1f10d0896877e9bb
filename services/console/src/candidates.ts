// Holds candidates back until they can be used. Bounded; what does not fit is counted.

/** More than any browser or camera gathers for one offer (camera.md 4). */
const MAX_HELD = 64;

/** Passes candidates on in order, while it is open. */
export class Candidates<C> {
  readonly #pass: (candidate: C) => void;
  #held: C[] = [];
  #open = false;
  #lost = 0;

  constructor(pass: (candidate: C) => void) {
    this.#pass = pass;
  }

  /** How many did not fit. */
  get lost(): number {
    return this.#lost;
  }

  take(candidate: C): void {
    if (this.#open) this.#pass(candidate);
    else if (this.#held.length < MAX_HELD) this.#held.push(candidate);
    else this.#lost++;
  }

  open(): void {
    this.#open = true;
    for (const candidate of this.#held.splice(0)) this.#pass(candidate);
  }

  hold(): void {
    this.#open = false;
  }
}
