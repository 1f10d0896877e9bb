// What an edge reports cannot be stored as it is: times and reasons are bounded first.
import { describe, expect, it } from 'vitest';
import { boundDisconnection } from './session.js';

const said = { deviceNumber: 1n, epoch: 2n, reason: 'closed', atMs: 500 };

describe('boundDisconnection', () => {
  it('leaves what is in order', () => {
    expect(boundDisconnection(said, 1000)).toEqual(said);
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 2000])('puts %d at now', (atMs) => {
    expect(boundDisconnection({ ...said, atMs }, 1000).atMs).toBe(1000);
  });
  it('bounds reasons', () => {
    const reasons = ['', '\u0000', 'a\nb', 'x'.repeat(100)];
    const bounded = reasons.map((reason) => boundDisconnection({ ...said, reason }, 1000).reason);
    expect(bounded).toEqual(['unknown', 'unknown', 'ab', 'x'.repeat(64)]);
  });
});
