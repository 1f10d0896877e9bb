// Who asks too often.
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-bucket.js';

describe('token buckets', () => {
  it('let a burst through, then the rate', () => {
    const buckets = new TokenBuckets({ ratePerS: 10, burst: 3, maxKeys: 10 });
    expect([1, 2, 3].map(() => buckets.take('a', 0))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 0)).toBe(100);
    expect(buckets.take('a', 60)).toBe(40);
    expect(buckets.take('a', 100)).toBe(0);
    expect(buckets.take('b', 100)).toBe(0);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 1_000_000))).toEqual([0, 0, 0, 100]);
  });

  it('can be asked without taking', () => {
    const buckets = new TokenBuckets({ ratePerS: 1, burst: 1, maxKeys: 10 });
    expect([buckets.peek('a', 0), buckets.peek('a', 0), buckets.take('a', 0)]).toEqual([0, 0, 0]);
    expect(buckets.peek('a', 250)).toBe(750);
  });

  it('do not grow: the one unused for longest makes room', () => {
    const buckets = new TokenBuckets({ ratePerS: 1, burst: 1, maxKeys: 2 });
    buckets.take('a', 0);
    buckets.take('b', 0);
    buckets.take('a', 0);
    buckets.take('c', 0);
    expect(buckets.peek('a', 0)).toBeGreaterThan(0);
    expect(buckets.peek('b', 0)).toBe(0);
  });
});
