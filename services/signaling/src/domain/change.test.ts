// What steps do to a session, in whatever order they come; who may take which; and that the first end wins.
import { describe, expect, it } from 'vitest';
import { sessionOf } from './_session.js';
import { deviceAt, ended, lost, ready, type Step, stepped, viewerAt } from './change.js';
import type { Session } from './session.js';

const NOW = 60_000;
const step = (progress: Step['progress'], connectionId = 'viewer-1', timeMs = 5_000): Step => {
  return { sessionId: sessionOf().id, connectionId, timeMs, progress };
};
const offered = step({ is: 'offered' });
const answered = step({ is: 'answered', offeredAtMs: 5_000 }, 'viewer-1', 6_000);
const over = (reason: string, connectionId = 'viewer-1') =>
  step({ is: 'ended', reason }, connectionId, 7_000);
const take = (session: Session, ...steps: readonly Step[]): Session =>
  steps.reduce((now, each) => stepped(now, each, NOW), session);

describe('steps', () => {
  it('lead from pending over negotiating and active to the end', () => {
    expect(take(sessionOf(), offered)).toMatchObject({ state: 'negotiating', offeredAtMs: 5_000, step: 2 });
    expect(take(sessionOf(), offered, answered)).toMatchObject({
      state: 'active',
      answeredAtMs: 6_000,
      step: 3,
    });
    expect(take(sessionOf(), offered, answered, over('user_ended'))).toMatchObject({
      state: 'ended',
      reason: 'user_ended',
      endedAtMs: 7_000,
      step: 4,
    });
  });

  it('lead to the same when an answer comes before its offer', () => {
    const session = take(sessionOf(), answered, offered);
    expect(session).toMatchObject({ state: 'active', offeredAtMs: 5_000, answeredAtMs: 6_000 });
  });

  it('change nothing when they come twice', () => {
    for (const each of [offered, answered, over('error'), step({ is: 'lost' })]) {
      const once = take(sessionOf(), each);
      expect(take(once, each)).toBe(once);
    }
  });

  it('end and lose nothing from a connection that is at no end', () => {
    const session = sessionOf();
    for (const { progress } of [over('error'), step({ is: 'lost' })]) {
      expect(stepped(session, step(progress, 'viewer-0'), NOW)).toBe(session);
    }
  });

  it('have passed, though they are read after the viewer came back elsewhere', () => {
    const session = take(sessionOf(), step({ is: 'offered' }, 'viewer-0'));
    expect(session).toMatchObject({ state: 'negotiating', offeredAtMs: 5_000 });
    expect(take(session, step({ is: 'answered', offeredAtMs: 5_000 }, 'viewer-0')).state).toBe('active');
  });

  it('are believed of the viewer alone where only its edge sees them', () => {
    const session = sessionOf();
    expect(stepped(session, step({ is: 'offered' }, 'device-1'), NOW)).toBe(session);
    expect(stepped(session, step({ is: 'answered', offeredAtMs: 0 }, 'device-1'), NOW)).toBe(session);
  });

  it('keep the first end', () => {
    const session = take(sessionOf(), over('device_disconnected', 'device-1'), over('viewer_disconnected'));
    expect(session).toMatchObject({ reason: 'device_disconnected', step: 2 });
    expect(take(session, offered, answered)).toBe(session);
  });

  it('end with an error for a reason that nobody knows', () => {
    expect(take(sessionOf(), over('bored')).reason).toBe('error');
  });

  it('happen between the request and now, whatever the edge’s clock says', () => {
    const at = (timeMs: number) => take(sessionOf(), step({ is: 'offered' }, 'viewer-1', timeMs)).offeredAtMs;
    expect([at(-5), at(1e12), at(Number.NaN), at(4_000.7)]).toEqual([1_000, NOW, NOW, 4_000]);
  });
});

describe('a loss', () => {
  it('is waited out for an end that can come back, from the first time that it is heard of', () => {
    const session = lost(sessionOf(), 'device', 9_000);
    expect(session).toMatchObject({ state: 'pending', device: { lostAtMs: 9_000 } });
    expect(lost(session, 'device', 12_000)).toBe(session);
  });

  it('is the end without it', () => {
    const session = sessionOf({ viewer: { ...sessionOf().viewer, resumes: false } });
    expect(lost(session, 'viewer', 9_000)).toMatchObject({ state: 'ended', reason: 'viewer_disconnected' });
  });

  it('is forgotten with the end', () => {
    const session = ended(lost(sessionOf(), 'device', 9_000), 'timeout', 10_000);
    expect(session.device.lostAtMs).toBeUndefined();
  });
});

describe('an end that comes back', () => {
  const viewer = { node: 'edge-9', boot: 'boot-9', connectionId: 'viewer-2', resumes: true };

  it('is where it is now, and its old connection is at no end', () => {
    const session = viewerAt(lost(sessionOf(), 'viewer', 9_000), viewer);
    expect(session.viewer).toEqual(viewer);
    expect(take(session, over('viewer_disconnected'), step({ is: 'lost' }))).toBe(session);
    expect(take(session, step({ is: 'lost' }, 'viewer-2')).viewer.lostAtMs).toBe(5_000);
  });

  it('comes back to nothing that has ended', () => {
    const session = ended(sessionOf(), 'error', 9_000);
    expect(viewerAt(session, viewer)).toBe(session);
  });

  it('is no camera of an older admission', () => {
    const session = sessionOf();
    expect(deviceAt(session, { ...session.device, connectionId: 'device-0', epoch: 2n })).toBe(session);
    expect(deviceAt(session, { ...session.device, connectionId: 'device-2', epoch: 4n }).device.epoch).toBe(
      4n,
    );
  });
});

describe('a session that is made', () => {
  it('is ready once, and knows whether its camera can come back', () => {
    const device = { ...sessionOf().device, resumes: false };
    const made = sessionOf({ readyAtMs: undefined, device });
    expect(ready(made, true, 3_000)).toMatchObject({ readyAtMs: 3_000, device: { resumes: true }, step: 1 });
    expect(ready(sessionOf(), false, 3_000).readyAtMs).toBe(2_000);
  });
});
