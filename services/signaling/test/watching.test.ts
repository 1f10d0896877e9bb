// A watch from the request to its end, what refuses one, and how many there may be at once.
import { eventually } from '@mooring/harness';
import { device, watching } from '@mooring/proto';
import { durableProgress, isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsDurable } from '../src/consumers/steps.js';
import { turnPassword } from '../src/ice/turn-credential.js';
import { nextInOrder } from './_edge.js';
import { placeOf } from './_registry.js';
import { startSignaling, type TestSignaling, USER } from './_signaling.js';

let signaling: TestSignaling;
beforeAll(async () => {
  signaling = await startSignaling();
  await signaling.replicate();
});
afterAll(() => signaling?.stop());

const fault = (code: Parameters<typeof isFault>[1]) => (error: unknown) => isFault(error, code);
const rowsOf = (deviceId: string) =>
  signaling.query('SELECT id FROM watch_session WHERE device_id = $1', deviceId);

describe('a watch', () => {
  it('is told to the camera before its viewer hears of it', async () => {
    const { viewers, cameras } = signaling;
    const camera = signaling.camera();
    cameras.answer = () => ({ delivered: true, resumes: true });
    const { id, viewer, reply } = await signaling.watch(camera);
    const repliedAt = nextInOrder();
    cameras.answer = () => ({ delivered: true });
    const start = cameras.heard.find(({ connectionId }) => connectionId === camera.connectionId);
    expect(start?.order).toBeLessThan(repliedAt);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    const place = { node: 'edge-2', connectionId: camera.connectionId, deviceNumber: camera.number };
    expect(start?.delivery).toMatchObject({ deviceNumber: camera.number, epoch: 1n });
    expect(start?.content).toMatchObject({
      $case: 'watchStart',
      value: { sessionId: id, userId: USER, viewer },
    });
    expect(reply.device).toMatchObject({ ...place, epoch: 1n, resumes: true });
    const credentials = (servers: readonly { username: string; credential: string }[]) =>
      servers.map(({ username, credential }) => ({ username: username.replace(/^\d+/, '0'), credential }));
    const own = start?.content?.$case === 'watchStart' ? start.content.value : undefined;
    expect(credentials(own?.iceServers ?? []).map(({ username }) => username)).toEqual([
      '',
      `0:device_${id.slice(0, 8)}`,
    ]);
    const turn = reply.iceServers.at(-1);
    expect(turn?.username.slice(10)).toBe(`:viewer_${USER}_${id.slice(0, 8)}`);
    expect(turn?.credential).toBe(turnPassword('north-test-secret', turn?.username ?? ''));
    expect(reply.expiresAtMs).toBe(Number(turn?.username.slice(0, 10)) * 1_000);
    await signaling.until(id, 'pending');

    const at = { sessionId: id, connectionId: viewer.connectionId };
    const offeredAtMs = Date.now();
    await viewers.report({ ...at, step: { $case: 'offered', value: {} }, timeMs: offeredAtMs });
    await signaling.until(id, 'negotiating');
    await viewers.report({ ...at, step: { $case: 'answered', value: { offeredAtMs } } });
    await signaling.until(id, 'active');
    await viewers.report({ ...at, step: { $case: 'ended', value: { reason: 'user_ended' } } });
    const session = await signaling.until(id, 'ended', 'user_ended');
    expect(session).toMatchObject({ deviceId: camera.deviceId, userId: USER, offeredAtMs });
    await signaling.untilTold(cameras, camera.connectionId, id, 'ended user_ended');
    await signaling.untilTold(viewers, viewer.connectionId, id, 'ended user_ended');
    const shown = await eventually(() => {
      const mine = signaling.shown.filter(({ sessionId }) => sessionId === id);
      return mine.length >= 4 && mine;
    });
    expect(shown.map(({ state, step }) => [step, state])).toEqual([
      [1, 'pending'],
      [2, 'negotiating'],
      [3, 'active'],
      [4, 'ended'],
    ]);
    expect(shown.at(-1)).toMatchObject({ deviceId: camera.deviceId, userId: USER, reason: 'user_ended' });
  });

  it('of an API key is asked of the registry as such', async () => {
    const camera = signaling.camera();
    const person = { userId: '', apiKeyId: uuidv7() };
    const viewer = signaling.viewers.viewer();
    const { sessionId } = await signaling.viewers.watch({ person, device: camera.identifier, viewer });
    expect(signaling.registry.asked.at(-1)).toEqual({ ...person, name: camera.identifier });
    expect((await signaling.until(sessionId, 'pending')).userId).toBe(person.apiKeyId);
  });

  it('follows a camera that has moved meanwhile', async () => {
    const camera = signaling.camera('edge-2');
    signaling.registry.stale = { ...placeOf(camera), node: 'edge-gone', connectionId: 'old', epoch: 0n };
    const { id, reply } = await signaling.watch(camera);
    expect(reply.device).toMatchObject({ node: 'edge-2', connectionId: camera.connectionId, epoch: 1n });
    expect(signaling.cameras.told(camera.connectionId, id)).toEqual(['start']);
    const ended = { $case: 'ended', value: { reason: 'error' } } as const;
    await signaling.cameras.report({ sessionId: id, connectionId: camera.connectionId, step: ended });
    await signaling.until(id, 'ended', 'error');
  });
});

describe('what edges report', () => {
  it('counts in whatever order it comes, once, and from an end alone', async () => {
    const { viewers, cameras } = signaling;
    const { id, viewer, camera } = await signaling.watch(signaling.camera());
    const at = { sessionId: id, connectionId: viewer.connectionId };
    const offeredAtMs = Date.now();
    const offered = { ...at, timeMs: offeredAtMs, step: { $case: 'offered', value: {} } } as const;
    const answered = { ...at, step: { $case: 'answered', value: { offeredAtMs } } } as const;
    const over = { $case: 'ended', value: { reason: 'error' } } as const;
    const foreign = { sessionId: id, connectionId: uuidv7(), step: over };
    const nonsense = { sessionId: 'nonsense', connectionId: viewer.connectionId, step: over };
    await viewers.report(nonsense, { ...at }, foreign, answered, answered);
    await viewers.report(offered, answered);
    expect(await signaling.until(id, 'active')).toMatchObject({ offeredAtMs });
    const ended = (reason: string) => ({ $case: 'ended', value: { reason } }) as const;
    // Both ends close at once: one end, one reason.
    await Promise.all([
      viewers.report({ ...at, step: ended('viewer_disconnected') }),
      cameras.report({
        sessionId: id,
        connectionId: camera.connectionId,
        step: ended('device_disconnected'),
      }),
    ]);
    await viewers.report(offered, answered, { ...at, step: ended('user_ended') });
    await eventually(async () => (await durableProgress(signaling.observer, stepsDurable)).idle, {
      what: 'every step read',
    });
    const rows = await signaling.query<{ reason: string; step: number }>(
      'SELECT reason, step FROM watch_session WHERE id = $1',
      id,
    );
    // Two replicas read: whichever of the reports comes first, each state is entered once.
    const [{ reason, step } = { reason: '', step: 0 }] = rows;
    expect(reason).toMatch(/^(viewer|device)_disconnected$/);
    const shown = await eventually(() => {
      const mine = signaling.shown.filter(({ sessionId }) => sessionId === id);
      return mine.length >= step && mine;
    });
    const states = ['pending', ...(step === 4 ? ['negotiating'] : []), 'active', 'ended'];
    expect(shown.map(({ state }) => state)).toEqual(states);
  });
});

describe('no watch', () => {
  it('is of a camera that there is not, or that is not for this person', async () => {
    const camera = signaling.camera();
    const viewer = signaling.viewers.viewer();
    const ask = (userId: string, name: string) =>
      signaling.viewers.watch({ person: { userId, apiKeyId: '' }, device: name, viewer });
    await expect(ask(USER, 'nobody')).rejects.toSatisfy(fault('not_found'));
    await expect(ask('stranger', camera.identifier)).rejects.toSatisfy(fault('forbidden'));
    await expect(ask('', camera.identifier)).rejects.toSatisfy(fault('invalid'));
    await expect(ask(USER, '')).rejects.toSatisfy(fault('invalid'));
    expect(await rowsOf(camera.deviceId)).toEqual([]);
  });

  it('is of a camera that is offline, or whose edge says so, or whose edge is gone', async () => {
    const camera = signaling.camera();
    camera.online = false;
    await expect(signaling.watch(camera)).rejects.toSatisfy(fault('conflict'));
    camera.online = true;
    signaling.cameras.answer = () => ({ delivered: false });
    const locatedBefore = signaling.registry.located;
    await expect(signaling.watch(camera)).rejects.toSatisfy(fault('conflict'));
    expect(signaling.registry.located).toBe(locatedBefore + 1);
    signaling.cameras.answer = () => ({ delivered: true });
    camera.node = 'edge-gone';
    await expect(signaling.watch(camera)).rejects.toSatisfy(fault('conflict'));
    expect(await rowsOf(camera.deviceId)).toEqual([]);
    expect(signaling.shown.filter(({ deviceId }) => deviceId === camera.deviceId)).toEqual([]);
  });

  it('is left in a camera that was told and could not be heard', async () => {
    const camera = signaling.camera();
    const never = new Promise<never>(() => undefined);
    signaling.cameras.answer = ({ content }) =>
      content?.$case === 'watchStart' ? never : { delivered: true };
    await expect(signaling.watch(camera)).rejects.toSatisfy(fault('unavailable'));
    signaling.cameras.answer = () => ({ delivered: true });
    const start = signaling.cameras.heard.find(({ connectionId }) => connectionId === camera.connectionId);
    const id = start?.content?.$case === 'watchStart' ? start.content.value.sessionId : '';
    await signaling.untilTold(signaling.cameras, camera.connectionId, id, 'ended error');
    expect(await rowsOf(camera.deviceId)).toEqual([]);
  });
});

describe('limits', () => {
  it('of a camera are exact, however many ask at once and of whichever replica', async () => {
    const camera = signaling.camera();
    const asked = await Promise.allSettled(Array.from({ length: 30 }, () => signaling.watch(camera)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const each of asked) {
      if (each.status === 'rejected') expect(each.reason).toSatisfy(fault('exhausted'));
    }
    expect(await rowsOf(camera.deviceId)).toHaveLength(10);
  });

  it('of a viewer’s connection are exact over many cameras, and free again with the end of a session', async () => {
    const viewer = signaling.viewers.viewer();
    const cameras = Array.from({ length: 12 }, () => signaling.camera());
    const asked = await Promise.allSettled(cameras.map((camera) => signaling.watch(camera, viewer)));
    const made = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(made).toHaveLength(4);
    const [first] = made;
    const another = signaling.camera();
    await expect(signaling.watch(another, viewer)).rejects.toSatisfy(fault('exhausted'));
    const organizationIds = [signaling.organization];
    await signaling.client.endWatchSession({ organizationIds, id: first?.id ?? '' });
    await expect(signaling.watch(another, viewer)).resolves.toMatchObject({ camera: another });
  });
});

describe('fresh ICE servers', () => {
  it('are for either end of a session that goes on, each under its own name', async () => {
    const { id, viewer, camera } = await signaling.watch(signaling.camera());
    const ask = async (connectionId: string, sessionId = id) => {
      const reply = await signaling.viewers.bus.request(watching.ice, {}, { sessionId, connectionId }, 5_000);
      return reply.iceServers.at(-1)?.username.slice(10);
    };
    expect(await ask(viewer.connectionId)).toBe(`:viewer_${USER}_${id.slice(0, 8)}`);
    expect(await ask(camera.connectionId)).toBe(`:device_${id.slice(0, 8)}`);
    await expect(ask('somebody')).rejects.toSatisfy(fault('not_found'));
    await expect(ask(viewer.connectionId, uuidv7())).rejects.toSatisfy(fault('not_found'));
    await expect(ask(viewer.connectionId, 'nonsense')).rejects.toSatisfy(fault('not_found'));
    await signaling.client.endWatchSession({ organizationIds: [signaling.organization], id });
    await expect(ask(viewer.connectionId)).rejects.toSatisfy(fault('not_found'));
  });
});

it('a deleted camera’s sessions end and are forgotten', async () => {
  const camera = signaling.camera();
  const { id, viewer } = await signaling.watch(camera);
  const { deviceId, number: deviceNumber, organizationId } = camera;
  const deleted = { deviceId, deviceNumber, organizationId, atMs: Date.now() };
  await signaling.observer.persist(device.deleted, { device: deviceId }, deleted, { id: uuidv7() });
  await signaling.untilTold(signaling.viewers, viewer.connectionId, id, 'ended device_disconnected');
  await eventually(async () => (await rowsOf(deviceId)).length === 0, { what: 'the rows gone' });
});
