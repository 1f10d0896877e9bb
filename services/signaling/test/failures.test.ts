// Replicas, the database and the bus go away in the middle: sessions go on where they were.
import { eventually } from '@mooring/harness';
import { exposition, isFault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSignaling, type TestSignaling } from './_signaling.js';

let signaling: TestSignaling;
beforeAll(async () => {
  signaling = await startSignaling({ SIGNALING_MAX_SESSION_S: '4' });
});
afterAll(() => signaling?.stop());

const unavailable = (error: unknown) => isFault(error, 'unavailable') || isFault(error, 'deadline');

async function say(made: Awaited<ReturnType<TestSignaling['watch']>>, $case: 'offered' | 'answered') {
  const step = $case === 'offered' ? { $case, value: {} } : { $case, value: { offeredAtMs: Date.now() } };
  const { id: sessionId, viewer } = made;
  await signaling.viewers.report({ sessionId, connectionId: viewer.connectionId, step });
}

const reaches = (id: string, column: 'offered_at' | 'answered_at' | 'ended_at') =>
  eventually(
    async () =>
      (await signaling.query(`SELECT FROM watch_session WHERE id = $1 AND ${column} IS NOT NULL`, id))
        .length === 1,
    { what: column, withinMs: 20_000 },
  );

describe('a session goes on', () => {
  it('in another replica when one stops in the middle', async () => {
    const made = await signaling.watch(signaling.camera());
    await say(made, 'offered');
    await reaches(made.id, 'offered_at');
    const stopFirst = signaling.stopReplica;
    await signaling.replicate();
    await stopFirst(0);
    await say(made, 'answered');
    await reaches(made.id, 'answered_at');
    await reaches(made.id, 'ended_at');
    await signaling.untilTold(signaling.viewers, made.viewer.connectionId, made.id, 'ended timeout');
    const next = await signaling.watch(signaling.camera());
    expect(signaling.cameras.told(next.camera.connectionId, next.id)).toEqual(['start']);
  });

  it('after a time without any, and what edges said meanwhile is not lost', async () => {
    const made = await signaling.watch(signaling.camera());
    await signaling.stopReplica(1);
    await expect(signaling.watch(signaling.camera())).rejects.toSatisfy(unavailable);
    await say(made, 'offered');
    await say(made, 'answered');
    await signaling.replicate();
    await reaches(made.id, 'answered_at');
  });

  it('when the database is back', async () => {
    const made = await signaling.watch(signaling.camera());
    await signaling.postgres.kill();
    await say(made, 'offered');
    await expect(signaling.watch(signaling.camera())).rejects.toSatisfy(unavailable);
    await signaling.postgres.restart();
    await eventually(() => reaches(made.id, 'offered_at'), { withinMs: 20_000 });
    await reaches(made.id, 'ended_at');
  });

  it('when the bus is back', async () => {
    const made = await signaling.watch(signaling.camera());
    await signaling.nats.kill();
    await signaling.nats.restart();
    await eventually(() => signaling.viewers.bus.connected);
    await eventually(() => say(made, 'offered').then(() => true));
    await reaches(made.id, 'offered_at');
    await eventually(() => signaling.watch(signaling.camera()), { withinMs: 20_000 });
  });
});

it('figures say what became of it all', async () => {
  const { body } = await exposition(false);
  expect(body).toMatch(/mooring_watch_requests_total\{outcome="ready"\} [1-9]/);
  expect(body).toMatch(/mooring_watch_requests_total\{outcome="unavailable"\} [1-9]/);
  expect(body).toMatch(/mooring_watch_timeouts_total\{awaited="session"\} [1-9]/);
  expect(body).toMatch(/mooring_watch_sessions_ended_total\{reason="timeout"\} [1-9]/);
  expect(body).toMatch(/mooring_watch_answer_seconds_count [1-9]/);
});
