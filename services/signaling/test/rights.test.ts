// Whoever may not watch any more sees nothing within seconds, at both ends and once; everybody else goes on.
import { eventually } from '@mooring/harness';
import type { registry } from '@mooring/proto';
import { every, exposition, Fault, uuidv7 } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSignaling, type TestSignaling } from './_signaling.js';

const over = new AbortController();
let signaling: TestSignaling;
let renewed: Promise<void>;

beforeAll(async () => {
  signaling = await startSignaling({ SIGNALING_OFFER_TIMEOUT_S: '600' });
  await signaling.replicate();
  renewed = every(1_000, () => signaling.viewers.renew(), over.signal);
});
afterAll(async () => {
  over.abort();
  await renewed;
  await signaling?.stop();
});
afterEach(async () => {
  signaling.registry.withdrawn = () => false;
  await signaling.query('DELETE FROM watch_session');
});

type Made = Awaited<ReturnType<TestSignaling['watch']>>;
type Person = Parameters<TestSignaling['watch']>[2];

const somebody = (): NonNullable<Person> => ({ userId: uuidv7(), apiKeyId: '' });
const someKey = (): NonNullable<Person> => ({ userId: '', apiKeyId: uuidv7() });
const watch = (camera: Made['camera'], person?: Person): Promise<Made> =>
  signaling.watch(camera, signaling.viewers.viewer(), person);
const go = ({ id }: Made): Promise<unknown> => signaling.until(id, 'pending');

async function untilEnded({ id, viewer, camera }: Made): Promise<void> {
  await signaling.until(id, 'ended', 'user_ended');
  const { viewers, cameras } = signaling;
  await signaling.untilTold(viewers, viewer.connectionId, id, 'ended user_ended');
  await signaling.untilTold(cameras, camera.connectionId, id, 'ended user_ended');
}

/** Resolves when one of the two replicas has asked twice from now on: whatever it knew before. */
async function untilAsked(isMeant: (watching: readonly registry.Watching[]) => boolean): Promise<void> {
  const from = signaling.registry.checked.length;
  await eventually(() => signaling.registry.checked.slice(from).filter(isMeant).length >= 3, {
    ...{ what: 'questions', withinMs: 30_000 },
  });
}

describe('a session whose viewer may not watch any more', () => {
  it('ends at both ends, once; others at the camera, and others of the viewer, go on', async () => {
    const [camera, other] = [signaling.camera(), signaling.camera()];
    const [guest, stays] = [somebody(), somebody()];
    const lost = [await watch(camera, guest), await watch(camera, guest)];
    const kept = [await watch(camera, stays), await watch(other, guest)];
    signaling.registry.withdrawn = ({ userId, deviceId }) =>
      userId === guest.userId && deviceId === camera.deviceId;
    await Promise.all(lost.map(untilEnded));
    await untilAsked((watching) => watching.length === 2);
    await Promise.all(kept.map(go));
    for (const { id, viewer, camera: at } of lost) {
      expect(signaling.viewers.told(viewer.connectionId, id)).toEqual(['ended user_ended']);
      expect(signaling.cameras.told(at.connectionId, id)).toEqual(['start', 'ended user_ended']);
      const shown = signaling.shown.filter(({ sessionId, state }) => sessionId === id && state === 'ended');
      expect(shown.map(({ reason }) => reason)).toEqual(['user_ended']);
    }
  });

  it('is asked about once a camera, as a person or a key, with whose the camera was', async () => {
    const [camera, person, key] = [signaling.camera(), somebody(), someKey()];
    const made = [await watch(camera, person), await watch(camera, person), await watch(camera, key)];
    await untilAsked((watching) => watching.length === 2);
    const { deviceId, organizationId } = camera;
    const asked = signaling.registry.checked.at(-1) ?? [];
    expect(asked).toHaveLength(2);
    for (const who of [person, key]) expect(asked).toContainEqual({ ...who, deviceId, organizationId });
    await Promise.all(made.map(go));
  });

  it('ends when it is a key, and not when it is a person of the same id', async () => {
    const [camera, key] = [signaling.camera(), someKey()];
    const [lost, kept] = [
      await watch(camera, key),
      await watch(camera, { userId: key.apiKeyId, apiKeyId: '' }),
    ];
    signaling.registry.withdrawn = ({ apiKeyId }) => apiKeyId === key.apiKeyId;
    await untilEnded(lost);
    await untilAsked((watching) => watching.length === 1);
    await go(kept);
  });

  it('ends wherever it is among many, and they are asked about 500 at a time', async () => {
    const camera = signaling.camera();
    const made = await watch(camera, somebody());
    const copies = `INSERT INTO watch_session SELECT copy.* FROM watch_session, generate_series(1, 1200) AS n,
      jsonb_populate_record(watch_session, jsonb_build_object('id', gen_random_uuid(),
        'user_id', 'person-' || lpad(n::text, 4, '0'))) AS copy WHERE watch_session.id = $1`;
    await signaling.query(copies, made.id);
    const gone = new Set(['person-0001', 'person-0500', 'person-0501', 'person-1200']);
    signaling.registry.withdrawn = ({ userId }) => gone.has(userId);
    await eventually(async () => (await endedPeople()).length >= gone.size, { withinMs: 30_000 });
    await untilAsked((watching) => watching.length === 197);
    expect(await endedPeople()).toEqual([...gone]);
    expect(Math.max(...signaling.registry.checked.map(({ length }) => length))).toBe(500);
  });
});

const endedPeople = async (): Promise<string[]> => {
  const ended = 'SELECT user_id FROM watch_session WHERE ended_at IS NOT NULL ORDER BY user_id';
  return (await signaling.query<{ user_id: string }>(ended)).map(({ user_id }) => user_id);
};

const withdrawals = 'mooring_watch_rights_withdrawn_total';
const figure = async (metric: string): Promise<number> => {
  const line = (await exposition(false)).body.split('\n').find((each) => each.startsWith(`${metric} `));
  return Number(line?.slice(metric.length + 1) ?? 0);
};

describe('a registry that does not answer', () => {
  it('ends nothing, and is asked again', async () => {
    const guest = somebody();
    const made = await watch(signaling.camera(), guest);
    signaling.registry.withdrawn = () => {
      throw new Fault('internal', 'the rights cannot be looked up');
    };
    const failed = 'mooring_watch_sweep_failures_total{sweep="rights"}';
    const [failures, ends] = [await figure(failed), await figure(withdrawals)];
    await untilAsked((watching) => watching.length === 1);
    await go(made);
    await eventually(async () => (await figure(failed)) > failures, { what: 'a failure that counts' });
    expect(await figure(withdrawals)).toBe(ends);
    signaling.registry.withdrawn = ({ userId }) => userId === guest.userId;
    await untilEnded(made);
    await eventually(async () => (await figure(withdrawals)) === ends + 1, { what: 'the end that counts' });
  });
});
