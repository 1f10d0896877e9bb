// Watch sessions: whose are listed, who may end which, who gets ICE servers for a camera, and what is told live.
import { eventually } from '@mooring/harness';
import { type bus, live, type registry, signaling } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, listen } from './_client.js';
import { deviceId, knowing, organizationId, userId, viewerId } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

const T0 = 1_700_000_000_000;
const T0_TIME = '2023-11-14T22:13:20.000Z';
const sessionId = '550e8400-e29b-41d4-a716-446655440000';
const unknownId = '550e8400-e29b-41d4-a716-446655440001';

let api: Platform;
let watcher = viewerId;
let listed: signaling.ListWatchSessionsRequest[] = [];
let ended: signaling.EndWatchSessionRequest[] = [];
let looked: registry.FindCameraRequest[] = [];

const session = () =>
  signaling.WatchSession.fromPartial({
    id: sessionId,
    organizationId,
    deviceId,
    userId: watcher,
    state: 'active',
    createdAtMs: T0,
    readyAtMs: T0 + 1,
    answeredAtMs: T0 + 2,
  });

function found({ organizationIds, id }: signaling.GetWatchSessionRequest) {
  const mine = organizationIds.includes(organizationId);
  if (!mine || id !== sessionId) throw new Fault('not_found', 'no such watch session');
  return { session: session() };
}

const answers = {
  registry: {
    ...knowing,
    findCamera: unary(async (request: registry.FindCameraRequest) => {
      looked.push(request);
      if (request.name === 'someone-elses') throw new Fault('forbidden', 'this camera is not yours');
      if (request.name !== 'kitchen-cam-001') throw new Fault('not_found', 'no such camera');
      return { deviceId, organizationId, place: undefined };
    }),
  },
  telemetry: { latestReadings: unary(async () => ({ items: [] })) },
  signaling: {
    listWatchSessions: unary(async (request: signaling.ListWatchSessionsRequest) => {
      listed.push(request);
      return { items: [session()], nextCursor: 'more' };
    }),
    getWatchSession: unary(async (request: signaling.GetWatchSessionRequest) => found(request)),
    endWatchSession: unary(async (request: signaling.EndWatchSessionRequest) => {
      ended.push(request);
      return found(request);
    }),
    getIceServers: unary(async () => ({
      iceServers: [{ urls: ['stun:stun.example.test'], username: '', credential: '' }],
      expiresAtMs: 0,
    })),
  },
};

beforeAll(async () => {
  api = await platform(answers);
});
afterAll(() => api?.stop());
beforeEach(() => {
  watcher = viewerId;
  listed = [];
  ended = [];
  looked = [];
});

const shown = {
  id: sessionId,
  organization_id: organizationId,
  device_id: deviceId,
  user_id: viewerId,
  state: 'active',
  created_at: T0_TIME,
  ready_at: '2023-11-14T22:13:20.001Z',
  offered_at: null,
  answered_at: '2023-11-14T22:13:20.002Z',
  ended_at: null,
  reason: null,
  viewer_lost_at: null,
  device_lost_at: null,
};
const as = (token: string, where: string) => ask(api.base, where, { token });

describe('watch sessions', () => {
  it('are listed for those who belong to the organization', async () => {
    const { status, body } = await as('viewer', 'GET /v1/watch-sessions');
    expect([status, body]).toEqual([200, { items: [shown], next_cursor: 'more' }]);
    expect(listed).toEqual([{ organizationIds: [organizationId], deviceId: '', limit: 50, cursor: '' }]);
  });

  it.each([
    [`device=${deviceId}&active=true`, { deviceId, active: true }],
    ['active=false', { deviceId: '', active: false }],
    [`organization=${organizationId}&limit=2&cursor=x`, { limit: 2, cursor: 'x' }],
  ])('are chosen by ?%s', async (query, asked) => {
    expect((await as('owner', `GET /v1/watch-sessions?${query}`)).status).toBe(200);
    expect(listed).toMatchObject([{ organizationIds: [organizationId], ...asked }]);
  });

  it.each([
    ['a device of others', 'homeless', `device=${deviceId}`, 404],
    ['an organization of others', 'homeless', `organization=${organizationId}`, 404],
    ['half an answer', 'owner', 'active=maybe', 400],
    ['without the scope', 'confined', '', 403],
  ])('are not listed for %s', async (_, token, query, status) => {
    expect((await as(token, `GET /v1/watch-sessions?${query}`)).status).toBe(status);
    expect(listed).toEqual([]);
  });

  it('are shown one by one, and not to others', async () => {
    const at = (token: string, id: string) => as(token, `GET /v1/watch-sessions/${id}`);
    expect((await at('watcher', sessionId)).body).toEqual(shown);
    expect((await at('homeless', sessionId)).status).toBe(404);
    expect((await at('owner', unknownId)).status).toBe(404);
    expect((await at('owner', 'nonsense')).status).toBe(404);
  });
});

describe('ending a watch session', () => {
  it.each([
    ['whoever watches', 'viewer', viewerId, 204],
    ['the key that watches', 'watcher', 'key-2', 204],
    ['an operator, who does not watch', 'owner', viewerId, 204],
    ['another viewer', 'viewer', userId, 403],
    ['another key', 'watcher', viewerId, 403],
    ['somebody of another organization', 'homeless', viewerId, 404],
    ['a key without the scope', 'confined', viewerId, 403],
  ])('by %s', async (_, token, whose, status) => {
    watcher = whose;
    const answer = await as(token, `DELETE /v1/watch-sessions/${sessionId}`);
    expect(answer.status).toBe(status);
    expect(ended).toEqual(status === 204 ? [{ organizationIds: [organizationId], id: sessionId }] : []);
  });

  it('twice is as good as once, and of none is 404', async () => {
    for (const _ of [1, 2])
      expect((await as('owner', `DELETE /v1/watch-sessions/${sessionId}`)).status).toBe(204);
    expect((await as('owner', `DELETE /v1/watch-sessions/${unknownId}`)).status).toBe(404);
  });
});

describe('ICE servers', () => {
  it('for a camera are for those who may watch it', async () => {
    const { status, body } = await as('watcher', 'GET /v1/ice-servers?device=kitchen-cam-001');
    const none = { ice_servers: [{ urls: ['stun:stun.example.test'] }], expires_at: null };
    expect([status, body]).toEqual([200, none]);
    expect(looked).toEqual([{ userId: '', apiKeyId: 'key-2', name: 'kitchen-cam-001' }]);
  });

  it.each([
    ['someone-elses', 403],
    ['no-such-cam', 404],
  ])('for %s are refused', async (name, status) => {
    expect((await as('owner', `GET /v1/ice-servers?device=${name}`)).status).toBe(status);
    expect(looked).toEqual([{ userId, apiKeyId: '', name }]);
  });
});

describe('a live stream', () => {
  it('tells each change of a watch session', async () => {
    const stream = await listen(api.base, '/v1/live', 'owner');
    await eventually(() => stream.seen.length === 1);
    const tell = (state: string, reason: string, step: number) => {
      const value: bus.LiveWatch = { deviceId, sessionId, state, userId: viewerId, reason, atMs: T0, step };
      api.bus.publish(live.event, { organization: organizationId }, { event: { $case: 'watch', value } });
    };
    tell('pending', '', 1);
    tell('ended', 'user_ended', 2);
    await eventually(() => stream.seen.length === 3);
    const told = { device_id: deviceId, session_id: sessionId, user_id: viewerId, time: T0_TIME };
    expect(stream.seen.slice(1)).toEqual([
      { event: 'watch', data: { ...told, state: 'pending', reason: null } },
      { event: 'watch', data: { ...told, state: 'ended', reason: 'user_ended' } },
    ]);
    stream.leave();
    await stream.ended;
  });
});
