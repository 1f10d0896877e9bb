// Decides who asks too often: one token bucket per key, for a bounded number of keys.

export interface BucketOptions {
  readonly ratePerS: number;
  readonly burst: number;
  /** Keys kept. The one unused for longest makes room, and has a full bucket when it comes back. */
  readonly maxKeys: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key. Time is an argument, in milliseconds of any clock that does not go back. */
export class TokenBuckets {
  readonly #options: BucketOptions;
  // In order of last use, the oldest first.
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** Takes a token; 0 when there was one, else the milliseconds until there is. */
  take(key: string, nowMs: number): number {
    const { ratePerS, burst, maxKeys } = this.#options;
    const tokens = this.#tokens(key, nowMs);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: Math.min(left, burst), atMs: nowMs });
    if (this.#buckets.size > maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return tokens >= 1 ? 0 : waitMs(tokens, ratePerS);
  }

  /** What `take` would answer, without taking. */
  peek(key: string, nowMs: number): number {
    const tokens = this.#tokens(key, nowMs);
    return tokens >= 1 ? 0 : waitMs(tokens, this.#options.ratePerS);
  }

  #tokens(key: string, nowMs: number): number {
    const { ratePerS, burst } = this.#options;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * ratePerS);
  }
}

function waitMs(tokens: number, ratePerS: number): number {
  return Math.ceil(((1 - tokens) / ratePerS) * 1000);
}
