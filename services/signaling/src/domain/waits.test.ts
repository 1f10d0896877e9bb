// What a session waits for at each moment, and until when.
import { describe, expect, it } from 'vitest';
import { sessionOf } from './_session.js';
import type { Session } from './session.js';
import { nextWait, reasonOf, START_MS } from './waits.js';

const waits = { offerMs: 30_000, answerMs: 40_000, sessionMs: 500_000, graceMs: 15_000 };
const next = (more: Partial<Session>) => nextWait(sessionOf(more), waits);
const { viewer, device } = sessionOf();

describe('a session waits', () => {
  it('for its offer, from when the camera had been told', () => {
    expect(next({})).toEqual({ awaited: 'offer', untilMs: 32_000 });
    expect(next({ readyAtMs: undefined })).toEqual({ awaited: 'offer', untilMs: 1_000 + START_MS + 30_000 });
  });

  it('for the answer, from the first offer', () => {
    expect(next({ state: 'negotiating', offeredAtMs: 9_000 })).toEqual({
      awaited: 'answer',
      untilMs: 49_000,
    });
  });

  it('no longer than a session may last', () => {
    expect(next({ state: 'active' })).toEqual({ awaited: 'session', untilMs: 501_000 });
    expect(next({ state: 'negotiating', offeredAtMs: 499_000 }).awaited).toBe('session');
  });

  it('for the end that went first, when both are away', () => {
    const lost = {
      viewer: { ...viewer, lostAtMs: 8_000 },
      device: { ...device, lostAtMs: 7_000 },
      state: 'active' as const,
    };
    expect(next(lost)).toEqual({ awaited: 'device', untilMs: 22_000 });
    expect(next({ ...lost, device })).toEqual({ awaited: 'viewer', untilMs: 23_000 });
  });
});

it('what does not come ends it for a reason of its own', () => {
  const reasons = (['offer', 'answer', 'session', 'viewer', 'device'] as const).map(reasonOf);
  expect(reasons).toEqual(['timeout', 'timeout', 'timeout', 'viewer_disconnected', 'device_disconnected']);
});
