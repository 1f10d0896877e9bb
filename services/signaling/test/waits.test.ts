// What does not come in time ends a session: once over all replicas, and never because steps were not read yet.
import { eventually } from '@mooring/harness';
import { durableProgress } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsDurable } from '../src/consumers/steps.js';
import { startSignaling, type TestSignaling } from './_signaling.js';

let signaling: TestSignaling;
beforeAll(async () => {
  signaling = await startSignaling({
    SIGNALING_OFFER_TIMEOUT_S: '1',
    SIGNALING_ANSWER_TIMEOUT_S: '1.5',
    SIGNALING_MAX_SESSION_S: '3',
  });
  await signaling.replicate();
});
afterAll(() => signaling?.stop());

type Made = Awaited<ReturnType<TestSignaling['watch']>>;

async function reportOf({ id, viewer }: Made, ...steps: readonly ('offered' | 'answered')[]): Promise<void> {
  const at = { sessionId: id, connectionId: viewer.connectionId };
  const stepOf = ($case: 'offered' | 'answered') =>
    $case === 'offered' ? { $case, value: {} } : { $case, value: { offeredAtMs: Date.now() } };
  await signaling.viewers.report(...steps.map(($case) => ({ ...at, step: stepOf($case) })));
}

/** Both ends have heard that it timed out, and each of them once. */
async function untilTimedOut({ id, viewer, camera }: Made): Promise<void> {
  await signaling.until(id, 'ended', 'timeout');
  const { viewers, cameras } = signaling;
  await signaling.untilTold(viewers, viewer.connectionId, id, 'ended timeout');
  await signaling.untilTold(cameras, camera.connectionId, id, 'ended timeout');
  const ends = (kinds: readonly string[]) => kinds.filter((kind) => kind === 'ended timeout');
  expect(ends(viewers.told(viewer.connectionId, id))).toHaveLength(1);
  expect(ends(cameras.told(camera.connectionId, id))).toHaveLength(1);
  const shown = signaling.shown.filter(({ sessionId, state }) => sessionId === id && state === 'ended');
  expect(shown.map(({ reason }) => reason)).toEqual(['timeout']);
}

describe('a session times out', () => {
  it('without an offer, an answer or an end, each once', async () => {
    const [silent, unanswered, endless] = [
      await signaling.watch(signaling.camera()),
      await signaling.watch(signaling.camera()),
      await signaling.watch(signaling.camera()),
    ];
    await reportOf(unanswered, 'offered');
    await reportOf(endless, 'offered', 'answered');
    await Promise.all([silent, unanswered, endless].map(untilTimedOut));
    const times = await signaling.query<{ id: string; seconds: number; offered: boolean; answered: boolean }>(
      `SELECT id, extract(epoch FROM ended_at - created_at)::float8 AS seconds, offered_at IS NOT NULL AS offered,
         answered_at IS NOT NULL AS answered FROM watch_session WHERE id = ANY ($1)`,
      [silent, unanswered, endless].map(({ id }) => id),
    );
    const of = ({ id }: Made) => times.find((each) => each.id === id);
    expect(of(silent)).toMatchObject({ offered: false });
    expect(of(unanswered)).toMatchObject({ offered: true, answered: false });
    expect(of(endless)).toMatchObject({ answered: true });
    expect(of(silent)?.seconds).toBeGreaterThanOrEqual(1);
    expect(of(unanswered)?.seconds).toBeGreaterThanOrEqual(1.5);
    expect(of(endless)?.seconds).toBeGreaterThanOrEqual(3);
  });

  it('when whoever made it died before its viewer was told', async () => {
    const made = await signaling.watch(signaling.camera());
    await signaling.query(
      `UPDATE watch_session SET ready_at = NULL, created_at = created_at - interval '12 s',
         deadline_at = created_at - interval '1 s' WHERE id = $1`,
      made.id,
    );
    await untilTimedOut(made);
  });

  it('not while steps wait that may say what is awaited', async () => {
    const made = await signaling.watch(signaling.camera());
    // While somebody holds the row, no step of it is stored.
    const holder = await signaling.sql.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM watch_session WHERE id = $1 FOR UPDATE', [made.id]);
      const other = await signaling.watch(signaling.camera());
      await reportOf(made, 'offered', 'answered');
      const due = `SELECT id FROM watch_session WHERE id = ANY ($1) AND deadline_at < now() - interval '1 s'`;
      await eventually(async () => {
        const rows = await signaling.query(due, [made.id, other.id]);
        return rows.length === 2;
      });
      const { idle } = await durableProgress(signaling.observer, stepsDurable);
      expect(idle).toBe(false);
      const { session } = await signaling.client.getWatchSession({
        organizationIds: [signaling.organization],
        id: other.id,
      });
      expect(session?.state).toBe('pending');
      await holder.query('COMMIT');
      await signaling.until(made.id, 'active');
      await untilTimedOut(other);
    } finally {
      holder.release();
    }
  });
});
