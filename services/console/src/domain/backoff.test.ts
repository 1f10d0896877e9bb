// How long is waited before another attempt.
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

describe('the wait before another attempt', () => {
  it.each([
    ['usual', 0, 0.5, 250],
    ['usual', 3, 0.5, 2_000],
    ['usual', 3, 0, 100],
    ['usual', 50, 0.999_999, 30_000],
    ['soon', 0, 0.5, 500],
    ['soon', 9, 0.999_999, 5_000],
    ['slow', 0, 0, 5_000],
    ['slow', 0, 0.9, 9_000],
    ['slow', 9, 0.5, 60_000],
  ] as const)('%s, attempt %i, drawn %f: %i ms', (pace, attempt, random, ms) => {
    expect(backoffMs(pace, attempt, random)).toBe(ms);
  });
});
