// How much may be spent on each of many keys: a token bucket per key, for as many keys as are kept.

export interface BudgetOptions {
  /** What comes back a second, and how much there is at most. */
  readonly perS: number;
  readonly burst: number;
  /** Beyond it the key that was used longest ago is forgotten, and begins with a full bucket when it comes again. */
  readonly maxKeys: number;
}

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export class Budget {
  readonly #options: BudgetOptions;
  /** The one used longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  left(key: string, nowMs: number): number {
    const { perS, burst } = this.#options;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return burst;
    // A clock that steps back gives nothing back, and takes nothing.
    return Math.min(burst, bucket.left + (Math.max(0, nowMs - bucket.atMs) / 1_000) * perS);
  }

  /** Spends `cost`, unless less than that is left: then nothing is spent, and it is false. */
  take(key: string, cost: number, nowMs: number): boolean {
    const left = this.left(key, nowMs);
    if (left < cost) return false;
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#options.maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    this.#buckets.set(key, { left: left - cost, atMs: nowMs });
    return true;
  }
}
