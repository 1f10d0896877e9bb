// How much the edge may hold that is not yet durable, and what is shed first when it runs out.

/** What can be shed, in the order in which it is. Each is refused from this share of the budget on. */
export const shedAt = {
  connections: 0.5,
  viewers: 0.7,
  telemetry: 0.85,
  commands: 1,
} as const;
export type Sheddable = keyof typeof shedAt;

/** Bytes held against a bound, shared by all lanes of the uplink. */
export class Budget {
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** Whether this kind is to be refused now. */
  sheds(what: Sheddable): boolean {
    return this.#usedBytes >= this.#maxBytes * shedAt[what];
  }
}
