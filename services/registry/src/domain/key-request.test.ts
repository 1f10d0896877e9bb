// When a key is sent, when somebody must decide first, and when it is plain that it does not help.
import { describe, expect, it } from 'vitest';
import { type Asking, decideKey, type KeyDecision } from './key-request.js';

const first: Asking = {
  nowMs: 1_000_000,
  state: 'unclaimed',
  allowedElsewhere: false,
  askedMs: undefined,
  sentMs: undefined,
  sentCount: 0,
  refused: false,
  lastSend: 'none',
  bridgeSinceMs: undefined,
  heardMs: undefined,
};
const known: Asking = {
  ...first,
  state: 'allowed',
  askedMs: 970_000,
  sentMs: 970_000,
  sentCount: 1,
  lastSend: 'succeeded',
};

describe('who gets the key', () => {
  it('is the first bridge, and no other one before the owner has decided', () => {
    expect(decideKey(first)).toMatchObject({ state: 'allowed', send: true });
    expect(decideKey({ ...first, allowedElsewhere: true })).toMatchObject({ state: 'waiting', send: false });
  });

  it('stays as it was decided', () => {
    for (const state of ['waiting', 'denied'] as const) {
      expect(decideKey({ ...first, state })).toMatchObject({ state, send: false });
    }
    expect(decideKey({ ...known, allowedElsewhere: true })).toMatchObject({ state: 'allowed', send: true });
  });
});

describe('sending', () => {
  it('does not wait for a bridge that came back, since it has forgotten its keys', () => {
    const justSent = { ...known, sentMs: known.nowMs - 1_000, bridgeSinceMs: known.nowMs - 500 };
    expect(decideKey(justSent)).toMatchObject({ send: true });
    expect(decideKey({ ...justSent, bridgeSinceMs: known.nowMs - 2_000 })).toMatchObject({ send: false });
    expect(decideKey({ ...justSent, lastSend: 'underway' })).toMatchObject({ send: false });
  });

  it('waits for the sending before it, and at least ten seconds', () => {
    expect(decideKey({ ...known, lastSend: 'underway' }).send).toBe(false);
    expect(decideKey({ ...known, sentMs: known.nowMs - 9_999 }).send).toBe(false);
    expect(decideKey({ ...known, sentMs: known.nowMs - 10_000 }).send).toBe(true);
    expect(decideKey({ ...known, lastSend: 'failed' }).send).toBe(true);
  });
});

describe('a printer that keeps asking', () => {
  /** Asks every `everyMs` and notes what was decided each time. */
  function asks(times: number, everyMs: number, also: Partial<Asking> = {}): readonly KeyDecision[] {
    let asking: Asking = { ...first, ...also };
    return Array.from({ length: times }, () => {
      const decision = decideKey(asking);
      asking = {
        ...asking,
        state: decision.state,
        refused: decision.refused,
        askedMs: asking.nowMs,
        nowMs: asking.nowMs + everyMs,
        sentCount: decision.sentCount + (decision.send ? 1 : 0),
        sentMs: decision.send ? asking.nowMs : asking.sentMs,
        lastSend: also.lastSend ?? 'succeeded',
      };
      return decision;
    });
  }

  it('has refused its key at the fourth request after it, and is then sent it seldom', () => {
    const decisions = asks(20, 30_000);
    expect(decisions.map(({ refused }) => refused).indexOf(true)).toBe(4);
    expect(decisions.slice(4).every(({ refused }) => refused)).toBe(true);
    expect(decisions.map(({ send }) => send).lastIndexOf(true)).toBe(13);
    expect(decisions.filter(({ send }) => send)).toHaveLength(5);
  });

  it('has not, when it was heard in between, asks seldom, or the key did not reach its bridge', () => {
    const heard = { ...known, sentCount: 9, refused: true, heardMs: 970_001 };
    expect(decideKey(heard)).toEqual({ state: 'allowed', send: true, sentCount: 0, refused: false });
    expect(asks(20, 301_000).some(({ refused }) => refused)).toBe(false);
    expect(asks(20, 30_000, { lastSend: 'failed' }).some(({ refused }) => refused)).toBe(false);
  });
});
