// Sessions as people look at them afterwards: pages, one, ending one by hand, and for how long they are kept.

import { eventually } from '@mooring/harness';
import { exposition, isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSignaling, type TestSignaling } from './_signaling.js';

let signaling: TestSignaling;
beforeAll(async () => {
  signaling = await startSignaling({ SIGNALING_HISTORY_DAYS: '30' });
});
afterAll(() => signaling?.stop());

const fault = (code: Parameters<typeof isFault>[1]) => (error: unknown) => isFault(error, code);
const list = (more: Partial<Parameters<TestSignaling['client']['listWatchSessions']>[0]> = {}) => {
  const organizationIds = [uuidv7(), signaling.organization];
  return signaling.client.listWatchSessions({
    ...{ organizationIds, deviceId: '', active: undefined, limit: 0, cursor: '' },
    ...more,
  });
};

describe('the list', () => {
  it('is by organization, device and whether a session goes on, newest first, page by page', async () => {
    const [one, other] = [signaling.camera(), signaling.camera()];
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.push((await signaling.watch(one)).id, (await signaling.watch(other)).id);
    made.reverse();
    // Sessions of one moment are told apart all the same.
    await signaling.query(
      'UPDATE watch_session SET created_at = (SELECT min(created_at) FROM watch_session)',
    );
    const sorted = [...made].sort().reverse();
    const seen: string[] = [];
    for (let cursor = '', more = true; more; more = cursor !== '') {
      const page = await list({ limit: 4, cursor });
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(sorted);
    const ofOne = await list({ deviceId: one.deviceId });
    expect(ofOne.items.map(({ deviceId }) => deviceId)).toEqual([one.deviceId, one.deviceId, one.deviceId]);
    const [ended = ''] = made;
    await signaling.client.endWatchSession({ organizationIds: [signaling.organization], id: ended });
    expect((await list({ active: false })).items.map(({ id }) => id)).toEqual([ended]);
    expect((await list({ active: true })).items).toHaveLength(5);
    expect((await list({ organizationIds: [uuidv7()] })).items).toEqual([]);
  });

  it('is not of what cannot be asked', async () => {
    await expect(list({ limit: 501 })).rejects.toSatisfy(fault('invalid'));
    await expect(list({ cursor: 'nonsense' })).rejects.toSatisfy(fault('invalid'));
    await expect(list({ deviceId: 'nonsense' })).rejects.toSatisfy(fault('invalid'));
  });
});

it('the figures say how many go on', async () => {
  await signaling.watch(signaling.camera());
  const { body } = await exposition(false);
  expect(body).toMatch(/mooring_watch_sessions\{state="pending"\} [1-9]/);
  expect(body).toMatch(/mooring_watch_sessions\{state="active"\} 0/);
});

describe('ending one by hand', () => {
  it('tells both ends, and does nothing the second time', async () => {
    const { viewers, cameras, client, organization } = signaling;
    const { id, viewer, camera } = await signaling.watch(signaling.camera());
    const organizationIds = [organization];
    const { session } = await client.endWatchSession({ organizationIds, id });
    expect(session).toMatchObject({ id, state: 'ended', reason: 'user_ended' });
    await signaling.untilTold(viewers, viewer.connectionId, id, 'ended user_ended');
    await signaling.untilTold(cameras, camera.connectionId, id, 'ended user_ended');
    const again = await client.endWatchSession({ organizationIds, id });
    expect(again.session).toEqual(session);
    // A step that comes late does not change why.
    const step = { $case: 'ended', value: { reason: 'error' } } as const;
    await viewers.report({ sessionId: id, connectionId: viewer.connectionId, step });
    const later = await signaling.watch(signaling.camera());
    await viewers.report({ sessionId: later.id, connectionId: later.viewer.connectionId, step });
    await signaling.until(later.id, 'ended', 'error');
    expect((await client.getWatchSession({ organizationIds, id })).session).toEqual(session);
  });

  it('is for its own organization', async () => {
    const { id } = await signaling.watch(signaling.camera());
    const { client } = signaling;
    const foreign = { organizationIds: [uuidv7()], id };
    await expect(client.endWatchSession(foreign)).rejects.toSatisfy(fault('not_found'));
    await expect(client.getWatchSession(foreign)).rejects.toSatisfy(fault('not_found'));
    const unknown = { organizationIds: [signaling.organization], id: uuidv7() };
    await expect(client.endWatchSession(unknown)).rejects.toSatisfy(fault('not_found'));
    await expect(client.getWatchSession({ ...unknown, id: 'x' })).rejects.toSatisfy(fault('not_found'));
    await signaling.until(id, 'pending');
  });
});

it('what ended long ago is forgotten, what goes on is not', async () => {
  const [old, young, open] = [
    await signaling.watch(signaling.camera()),
    await signaling.watch(signaling.camera()),
    await signaling.watch(signaling.camera()),
  ];
  const organizationIds = [signaling.organization];
  for (const { id } of [old, young]) await signaling.client.endWatchSession({ organizationIds, id });
  const age = 'UPDATE watch_session SET ended_at = now() - make_interval(days => $2) WHERE id = $1';
  await signaling.query(age, old.id, 31);
  await signaling.query(age, young.id, 29);
  await signaling.query(
    "UPDATE watch_session SET created_at = now() - interval '90 d' WHERE id = $1",
    open.id,
  );
  await signaling.replicate();
  const ids = async () =>
    (
      await signaling.query<{ id: string }>('SELECT id FROM watch_session WHERE id = ANY ($1)', [
        ...[old, young, open].map(({ id }) => id),
      ])
    ).map(({ id }) => id);
  await eventually(async () => !(await ids()).includes(old.id), { what: 'the old one gone' });
  expect((await ids()).sort()).toEqual([young.id, open.id].sort());
});
