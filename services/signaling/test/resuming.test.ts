// An end that is gone: at once the end of a session, or waited out until it comes back; whoever finds it out.
import { eventually } from '@mooring/harness';
import type { bus as messages } from '@mooring/proto';
import { every, isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestEdge } from './_edge.js';
import type { TestCamera } from './_registry.js';
import { startSignaling, type TestSignaling, USER } from './_signaling.js';

const GRACE_MS = 2_500;
let signaling: TestSignaling;
const stop = new AbortController();
let renewing: Promise<void>;
beforeAll(async () => {
  signaling = await startSignaling({ SIGNALING_RECONNECT_GRACE_S: String(GRACE_MS / 1_000) });
  await signaling.replicate();
  const { viewers, cameras } = signaling;
  const renew = async (): Promise<void> => {
    await Promise.all([viewers.renew(), cameras.renew()]);
  };
  renewing = every(1_500, renew, stop.signal);
});
afterAll(async () => {
  stop.abort();
  await renewing;
  await signaling?.stop();
});
beforeEach(() => {
  signaling.cameras.answer = () => ({ delivered: true, resumes: true });
});

const person = (userId = USER) => ({ $case: 'viewer', value: { userId, apiKeyId: '' } }) as const;
const lost = { $case: 'lost', value: {} } as const;

/** A session whose viewer can come back, and its camera too. */
const resumable = (camera = signaling.camera()) =>
  signaling.watch(camera, signaling.viewers.viewer({ resumes: true }));

function cameraEnd({ number, epoch, connectionId, node }: TestCamera): messages.WatchEnd {
  return { node, boot: 'boot', connectionId, deviceNumber: number, epoch, resumes: true };
}

const until = (id: string, side: 'viewer' | 'device', isLost: boolean) =>
  eventually(
    async () => {
      const rows = await signaling.query<{ lost: boolean }>(
        `SELECT ${side}_lost_at IS NOT NULL AS lost FROM watch_session WHERE id = $1`,
        id,
      );
      return rows[0]?.lost === isLost;
    },
    { what: `${side} ${isLost ? 'lost' : 'there'}` },
  );

describe('a viewer', () => {
  it('that comes back in time has its session again, and the camera hears where it is', async () => {
    const { viewers, cameras } = signaling;
    const { id, viewer, camera } = await resumable();
    const at = { sessionId: id, connectionId: viewer.connectionId };
    await viewers.report({ ...at, step: { $case: 'offered', value: {} } }, { ...at, step: lost });
    await until(id, 'viewer', true);
    await signaling.untilTold(cameras, camera.connectionId, id, 'away');
    const end = viewers.viewer({ resumes: true });
    const { sessions } = await viewers.resume({ side: person(), end, sessionIds: [id] });
    expect(cameras.told(camera.connectionId, id)).toContain('back');
    expect(sessions).toMatchObject([
      { sessionId: id, offered: true, answered: false, peer: { connectionId: camera.connectionId } },
    ]);
    await until(id, 'viewer', false);
    // The old connection is at no end any more.
    await viewers.report({ ...at, step: { $case: 'ended', value: { reason: 'viewer_disconnected' } } });
    const now = { ...at, connectionId: end.connectionId };
    await viewers.report({ ...now, step: { $case: 'answered', value: { offeredAtMs: Date.now() } } });
    await signaling.until(id, 'active');
  });

  it('that does not is gone after the grace, counted from its loss', async () => {
    const { viewers, cameras } = signaling;
    const { id, viewer, camera } = await resumable();
    const timeMs = Date.now();
    await viewers.report({ sessionId: id, connectionId: viewer.connectionId, timeMs, step: lost });
    const { endedAtMs = 0 } = await signaling.until(id, 'ended', 'viewer_disconnected');
    expect(endedAtMs - timeMs).toBeGreaterThanOrEqual(GRACE_MS);
    await signaling.untilTold(cameras, camera.connectionId, id, 'away', 'ended viewer_disconnected');
  });

  it('gets back nothing that is not its own, or that has ended, or that there is not', async () => {
    const { viewers } = signaling;
    const { id } = await resumable();
    const over = await resumable();
    await signaling.client.endWatchSession({ organizationIds: [signaling.organization], id: over.id });
    const end = viewers.viewer({ resumes: true });
    const ask = async (side: messages.WatchResumeRequest['side'], sessionIds: string[]) =>
      (await viewers.resume({ side, end, sessionIds })).sessions;
    expect(await ask(person(uuidv7()), [id])).toEqual([]);
    const key = { $case: 'viewer', value: { userId: '', apiKeyId: USER } } as const;
    expect(await ask(key, [id])).toEqual([]);
    expect(await ask(person(), [over.id, uuidv7(), 'nonsense'])).toEqual([]);
    await expect(ask(undefined, [id])).rejects.toSatisfy((error) => isFault(error, 'invalid'));
    expect(await ask(person(), [id])).toHaveLength(1);
  });

  it('whose edge lost its lease is gone: at once, or after the grace', async () => {
    const dead = await TestEdge.start(signaling.nats.url, 'edge-3');
    const [plain, coming] = [
      await signaling.watch(signaling.camera(), dead.viewer()),
      await signaling.watch(signaling.camera(), dead.viewer({ resumes: true })),
    ];
    await dead.bus.close();
    // Another start of the edge has its lease.
    const next = await TestEdge.start(signaling.nats.url, 'edge-3');
    await signaling.until(plain.id, 'ended', 'viewer_disconnected');
    await until(coming.id, 'viewer', true);
    const end = next.viewer({ resumes: true });
    const { sessions } = await next.resume({ side: person(), end, sessionIds: [coming.id, plain.id] });
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual([coming.id]);
    await next.bus.close();
  });
});

describe('a camera', () => {
  it('that cannot come back ends its sessions with its connection, in the epoch that is meant', async () => {
    signaling.cameras.answer = () => ({ delivered: true, resumes: false });
    const camera = signaling.camera();
    camera.epoch = 5n;
    const { id, viewer } = await resumable(camera);
    await signaling.disconnected(camera, 4n);
    await signaling.disconnected(signaling.camera(), 9n);
    await signaling.disconnected(camera, 5n);
    await signaling.until(id, 'ended', 'device_disconnected');
    await signaling.untilTold(signaling.viewers, viewer.connectionId, id, 'ended device_disconnected');
  });

  it('of an older epoch that disconnects is another one', async () => {
    const camera = signaling.camera();
    camera.epoch = 5n;
    const [{ id }, marker] = [await resumable(camera), await resumable()];
    await signaling.disconnected(camera, 4n);
    await signaling.disconnected(marker.camera);
    await until(marker.id, 'device', true);
    await until(id, 'device', false);
  });

  it('that comes back has the sessions that it names; the others are over', async () => {
    const { viewers, cameras } = signaling;
    const camera = signaling.camera();
    const [kept, dropped] = [await resumable(camera), await resumable(camera)];
    const [firstConnection, epoch] = [camera.connectionId, camera.epoch];
    await signaling.reconnected(camera);
    await Promise.all([kept, dropped].map(({ id }) => until(id, 'device', true)));
    await signaling.untilTold(viewers, kept.viewer.connectionId, kept.id, 'away');
    const away = viewers.heard.find(
      ({ content }) =>
        content?.$case === 'watchSignal' &&
        content.value.sessionId === kept.id &&
        content.value.signal?.$case === 'away',
    );
    // As from the connection that is gone: an edge that knows a newer one passes it over.
    expect(away?.content).toMatchObject({ value: { fromConnectionId: firstConnection } });
    const side = { $case: 'deviceId', value: camera.deviceId } as const;
    const end = cameraEnd(camera);
    const { sessions } = await cameras.resume({ side, end, sessionIds: [kept.id] });
    expect(viewers.told(kept.viewer.connectionId, kept.id)).toContain('back');
    expect(sessions).toMatchObject([
      { sessionId: kept.id, peer: { connectionId: kept.viewer.connectionId, resumes: true } },
    ]);
    await until(kept.id, 'device', false);
    await signaling.until(dropped.id, 'ended', 'device_disconnected');
    // What comes late of the connection before changes nothing.
    await signaling.disconnected(camera, epoch);
    const step = { sessionId: kept.id, connectionId: firstConnection, step: lost };
    await cameras.report(step);
    const older = { ...end, connectionId: firstConnection, epoch };
    expect((await cameras.resume({ side, end: older, sessionIds: [kept.id] })).sessions).toEqual([]);
    await until(kept.id, 'device', false);
  });

  it('that does not come back is gone after the grace', async () => {
    const camera = signaling.camera();
    const { id, viewer } = await resumable(camera);
    await signaling.reconnected(camera);
    await signaling.until(id, 'ended', 'device_disconnected');
    await signaling.untilTold(
      signaling.viewers,
      viewer.connectionId,
      id,
      'away',
      'ended device_disconnected',
    );
  });
});

describe('both ends', () => {
  it('that are away hear of one another when the second comes back', async () => {
    const { viewers, cameras } = signaling;
    const camera = signaling.camera();
    const { id, viewer } = await resumable(camera);
    await viewers.report({ sessionId: id, connectionId: viewer.connectionId, step: lost });
    await signaling.reconnected(camera);
    await Promise.all([until(id, 'viewer', true), until(id, 'device', true)]);
    const end = viewers.viewer({ resumes: true });
    const first = await viewers.resume({ side: person(), end, sessionIds: [id] });
    expect(first.sessions).toEqual([{ sessionId: id, peer: undefined, offered: false, answered: false }]);
    const side = { $case: 'deviceId', value: camera.deviceId } as const;
    const second = await cameras.resume({ side, end: cameraEnd(camera), sessionIds: [id] });
    expect(second.sessions).toMatchObject([{ peer: { connectionId: end.connectionId } }]);
    expect(viewers.told(end.connectionId, id)).toContain('back');
  });

  it('hear of one another though the one that came first did not know its session yet', async () => {
    const { viewers, cameras } = signaling;
    const camera = signaling.camera();
    const { id, viewer } = await resumable(camera);
    await signaling.reconnected(camera);
    await until(id, 'device', true);
    let refused = 0;
    viewers.answer = ({ connectionId }) => {
      const isEarly = connectionId === viewer.connectionId && refused < 2;
      if (isEarly) refused += 1;
      return { delivered: !isEarly };
    };
    const side = { $case: 'deviceId', value: camera.deviceId } as const;
    await cameras.resume({ side, end: cameraEnd(camera), sessionIds: [id] });
    await eventually(
      () => viewers.told(viewer.connectionId, id).filter((kind) => kind === 'back').length >= 3,
      { what: 'being told until it is heard' },
    );
    viewers.answer = () => ({ delivered: true });
  });
});
