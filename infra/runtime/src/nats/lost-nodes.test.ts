// When a process counts as lost, and when it must not yet.
import { describe, expect, it } from 'vitest';
import { findLost, type Missing } from './lost-nodes.js';

const processes = [{ node: 'edge-1', boot: 'old' }];

function sweep(missing: Missing, nowMs: number, lease: string | undefined, connectedSinceMs = 0) {
  const leases = new Map(lease === undefined ? [] : [['edge-1', lease]]);
  return findLost(missing, { processes, leases, nowMs, connectedSinceMs });
}

describe('findLost', () => {
  it('leaves a process that holds its lease', () => {
    expect(sweep(new Map(), 100_000, 'old')).toEqual({ lost: [], missing: new Map() });
  });

  it('gives up an absent lease after five seconds', () => {
    const first = sweep(new Map(), 10_000, undefined);
    expect(first.lost).toEqual([]);
    expect(sweep(first.missing, 14_999, undefined).lost).toEqual([]);
    expect(sweep(first.missing, 15_000, undefined).lost).toEqual(processes);
  });

  it('gives up a replaced process one sweep later', () => {
    const first = sweep(new Map(), 10_000, 'new');
    expect(first.lost).toEqual([]);
    expect(sweep(first.missing, 11_000, 'new').lost).toEqual(processes);
  });

  it('starts over when the lease came back', () => {
    const first = sweep(new Map(), 10_000, undefined);
    const back = sweep(first.missing, 12_000, 'old');
    expect(sweep(back.missing, 16_000, undefined).lost).toEqual([]);
  });

  it('counts only the time since the bus came back', () => {
    const first = sweep(new Map(), 10_000, undefined);
    expect(sweep(first.missing, 20_000, undefined, 16_000).lost).toEqual([]);
    expect(sweep(first.missing, 21_000, undefined, 16_000).lost).toEqual(processes);
  });
});
