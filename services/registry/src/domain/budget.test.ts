// That a budget is spent and comes back, key by key, and that its memory is bounded.
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.js';

describe('Budget', () => {
  it('is spent per key and comes back with time, up to its burst', () => {
    const budget = new Budget({ perS: 10, burst: 20, maxKeys: 5 });
    expect([budget.take('a', 15, 0), budget.take('a', 6, 0), budget.take('a', 5, 0)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([budget.take('b', 20, 0), budget.left('a', 500), budget.left('a', 60_000)]).toEqual([true, 5, 20]);
    expect(budget.left('a', -1_000)).toBe(0);
  });

  it('forgets the key that was used longest ago', () => {
    const budget = new Budget({ perS: 0, burst: 2, maxKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) budget.take(key, 1, 0);
    expect([budget.left('a', 0), budget.left('b', 0), budget.left('c', 0), budget.size]).toEqual([
      0, 2, 1, 2,
    ]);
  });
});
