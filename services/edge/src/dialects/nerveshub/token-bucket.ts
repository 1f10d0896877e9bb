// The allowance for a device's own log lines: the reference's 5 per second with a burst of 10.

const PER_SECOND = 5;
const BURST = 10;

export interface TokenBucket {
  readonly tokens: number;
  /** Epoch milliseconds at which `tokens` was right; 0 for a bucket never used. */
  readonly atMs: number;
}

export function fullBucket(): TokenBucket {
  return { tokens: BURST, atMs: 0 };
}

/** The bucket with one token less, or undefined when there is none. A clock that steps back refills nothing. */
export function takeToken(bucket: TokenBucket, now: number): TokenBucket | undefined {
  const refill = (Math.max(0, now - bucket.atMs) / 1000) * PER_SECOND;
  const tokens = Math.min(BURST, bucket.tokens + refill);
  return tokens < 1 ? undefined : { tokens: tokens - 1, atMs: now };
}
