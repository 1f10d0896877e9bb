// How far a rollout is: phases, soak, health gate, failures, completion.
import { describe, expect, it } from 'vitest';
import { group, NOW_MS } from './_fleet.js';
import type { DeploymentGroup } from './group.js';
import { advanced, type Counts, paused, resumed, room, switched, withFailures } from './rollout.js';

const MINUTE_MS = 60_000;
const counts = (fields: Partial<Counts> = {}): Counts => ({
  ...{ devices: 100, taken: 0, inFlight: 0, lacking: 100, retryable: 0, notValidated: 0 },
  ...fields,
});
const phased = (fields: Partial<DeploymentGroup> = {}): DeploymentGroup =>
  group({
    phases: [
      { size: { percent: 10 }, soakMinutes: 60, maxFailures: 2 },
      { size: { count: 50 }, soakMinutes: 0 },
    ],
    ...fields,
  });

describe('without phases', () => {
  it('runs until nobody lacks the firmware, and again when somebody does', () => {
    expect(advanced(group(), counts(), NOW_MS).state).toBe('running');
    const all = counts({ lacking: 0 });
    expect(advanced(group(), all, NOW_MS).state).toBe('complete');
    expect(advanced(group(), { ...all, inFlight: 1 }, NOW_MS).state).toBe('running');
    expect(advanced(group({ state: 'complete' }), counts({ lacking: 1 }), NOW_MS).state).toBe('running');
    expect(advanced(group(), counts({ devices: 0, lacking: 0 }), NOW_MS).state).toBe('running');
    expect(room(group(), counts({ taken: 99 }))).toBe(Number.POSITIVE_INFINITY);
  });

  it('stays as it is while it is paused or inactive', () => {
    for (const state of ['paused', 'inactive'] as const) {
      const asleep = group({ state, isActive: state === 'paused' });
      expect(advanced(asleep, counts({ lacking: 0 }), NOW_MS)).toBe(asleep);
    }
  });
});

describe('phases', () => {
  it('let in so many, soak, and let in more', () => {
    const first = advanced(phased(), counts(), NOW_MS);
    expect(first).toMatchObject({ state: 'running', phase: 0, phaseLimit: 10 });
    expect(room(first, counts({ taken: 4 }))).toBe(6);
    const full = counts({ taken: 10, lacking: 90 });
    expect(advanced(first, { ...full, inFlight: 1 }, NOW_MS).state).toBe('running');
    expect(advanced(first, { ...full, retryable: 1 }, NOW_MS).state).toBe('running');
    const soaking = advanced(first, full, NOW_MS);
    expect(soaking).toMatchObject({ state: 'soaking', soakUntilMs: NOW_MS + 60 * MINUTE_MS });
    expect(room(soaking, full)).toBe(0);
    expect(advanced(soaking, full, NOW_MS + 60 * MINUTE_MS - 1).state).toBe('soaking');
    const second = advanced(soaking, full, NOW_MS + 60 * MINUTE_MS);
    expect(second).toMatchObject({ state: 'running', phase: 1, phaseLimit: 50, soakUntilMs: undefined });
    // Then, at once, everybody.
    const rest = advanced(second, counts({ taken: 50, lacking: 50 }), NOW_MS);
    expect(rest).toMatchObject({ state: 'running', phase: 2 });
    expect(room(rest, counts({ taken: 50 }))).toBe(Number.POSITIVE_INFINITY);
  });

  it('are of one device at least, and wait for the first', () => {
    expect(advanced(phased(), counts({ devices: 3 }), NOW_MS).phaseLimit).toBe(1);
    const empty = counts({ devices: 0, lacking: 0 });
    const waiting = advanced(phased(), empty, NOW_MS);
    expect(waiting.phaseLimit).toBeUndefined();
    expect(room(waiting, empty)).toBe(0);
  });

  it('pause when too many are unhealthy at the end of the soak', () => {
    const full = counts({ taken: 10, lacking: 90 });
    const soaking = phased({ phaseLimit: 10, soakUntilMs: NOW_MS, state: 'soaking', phaseFailures: 1 });
    expect(advanced(soaking, full, NOW_MS).phase).toBe(1);
    const gated = advanced(soaking, { ...full, notValidated: 1 }, NOW_MS);
    expect(gated).toMatchObject({ state: 'paused', phase: 0, reason: 'health gate of phase 0' });
    // And soak once more when it is resumed.
    const again = advanced(resumed(gated), full, NOW_MS);
    expect(again).toMatchObject({ state: 'soaking', soakUntilMs: NOW_MS + 60 * MINUTE_MS });
  });
});

describe('failures', () => {
  it('pause at the threshold, neither before nor again', () => {
    const one = { failed: 1, unhealthy: 0 };
    let now = group({ failureThreshold: 3 });
    now = withFailures(withFailures(now, one), one);
    expect(now).toMatchObject({ state: 'running', failures: 2 });
    now = withFailures(now, one);
    expect(now).toMatchObject({ state: 'paused', failures: 3, reason: 'failure threshold' });
    now = resumed(now);
    expect(now).toMatchObject({ state: 'running', failures: 0, reason: '' });
    expect(withFailures(now, one).state).toBe('running');
    const byHand = paused(now, 'paused by hand');
    expect(withFailures(byHand, { failed: 9, unhealthy: 0 })).toMatchObject({
      reason: 'paused by hand',
      failures: 9,
    });
  });

  it('pause at the limit of the phase, where none is allowed at the first', () => {
    const limit = (maxFailures: number) =>
      phased({ phases: [{ size: { percent: 10 }, soakMinutes: 1, maxFailures }], phaseLimit: 10 });
    expect(withFailures(limit(2), { failed: 1, unhealthy: 0 }).state).toBe('running');
    expect(withFailures(limit(2), { failed: 1, unhealthy: 1 })).toMatchObject({
      state: 'paused',
      failures: 1,
    });
    expect(withFailures(limit(0), { failed: 0, unhealthy: 1 }).state).toBe('paused');
    expect(withFailures(limit(0), { failed: 0, unhealthy: 0 }).state).toBe('running');
  });
});

describe('a group that is switched', () => {
  it('is inactive or runs', () => {
    expect(switched(group(), true)).toEqual({});
    expect(switched(group({ state: 'paused', reason: 'x' }), false)).toMatchObject({
      state: 'inactive',
      reason: '',
    });
    const off = group({ isActive: false, state: 'inactive', failures: 9 });
    expect(switched(off, true)).toMatchObject({ isActive: true, state: 'running', failures: 0 });
  });
});
