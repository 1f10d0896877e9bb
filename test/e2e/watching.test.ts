// Watching as cameras, viewers and their owner see it: rights, order, limits, ends and losses, over two edges.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient, newcomer } from './_api.js';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';
import { answer, asked, camera, offer, viewer, type WatchPeer, watched } from './_watch.js';

interface SessionView {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly ended_at: string | null;
}

let mooring: TestStack;
let token: string;

beforeAll(async () => {
  mooring = await startTestStack({
    env: {
      SIGNALING_TURN_URLS: 'turn:127.0.0.1:3478?transport=udp',
      SIGNALING_TURN_SECRETS: 'north-test-secret',
      SIGNALING_OFFER_TIMEOUT_S: '3',
      SIGNALING_ANSWER_TIMEOUT_S: '3',
      SIGNALING_RECONNECT_GRACE_S: '6',
      SIGNALING_MAX_VIEWERS_PER_DEVICE: '3',
      SIGNALING_MAX_SESSIONS_PER_VIEWER: '2',
    },
  });
  token = mooring.file.owner.token;
});
afterAll(() => mooring?.stop());

const edge = (index: number): string => mooring.edges[index] ?? '';
const sessions = async (query = ''): Promise<readonly SessionView[]> =>
  (await mooring.api.get<{ items: SessionView[] }>(`/v1/watch-sessions?limit=100${query}`)).items;
const ended = (id: string): Promise<SessionView> =>
  eventually(async () => (await sessions('&active=false')).find((session) => session.id === id), {
    what: `the end of ${id}`,
    withinMs: 30_000,
  });
const stranger = async (): Promise<string> => (await newcomer(mooring.api)).token;

describe('a session', () => {
  it('passes everything in order between two edges, with credentials of each side’s own', async () => {
    const device = await camera(edge(0), 'kitchen-cam-001');
    const person = await viewer(edge(1), token);
    const ready = await asked(person, 'kitchen-cam-001');
    const sessionId = String(ready.payload['session_id']);
    const request = await device.hears('watch_request', sessionId);
    const [mine, theirs] = [ready, request].map(({ payload }) =>
      (payload['ice_servers'] as { username?: string }[]).map(({ username }) => username).at(-1),
    );
    const start = sessionId.slice(0, 8);
    expect(mine).toMatch(new RegExp(`^\\d+:viewer_${String(request.payload['user_id'])}_${start}$`));
    expect(theirs).toMatch(new RegExp(`^\\d+:device_${start}$`));

    const ice = (n: number) => ({ session_id: sessionId, candidate: { candidate: `c${n}`, extra: n } });
    person.say('signal_ice', ice(0));
    person.say('signal_offer', { session_id: sessionId, sdp: { ...offer, extra: [1] } });
    for (let n = 1; n < 30; n++) person.say('signal_ice', ice(n));
    person.say('signal_ice', { session_id: sessionId, candidate: null });
    await eventually(() => device.heard(sessionId).length === 33, { what: 'all signals' });
    const signals = device.messages.filter(({ type }) => type.startsWith('signal_'));
    expect(signals.map(({ payload }) => payload)).toEqual([
      { session_id: sessionId, sdp: { ...offer, extra: [1] } },
      ...Array.from({ length: 30 }, (_, n) => ice(n)),
      { session_id: sessionId, candidate: null },
    ]);
    device.say('signal_ice', ice(1));
    device.say('signal_answer', { session_id: sessionId, sdp: answer });
    await person.hears('signal_ice', sessionId);
    expect(person.heard(sessionId)).toEqual(['watch_ready', 'signal_answer', 'signal_ice']);
    await eventually(async () => (await sessions('&active=true'))[0]?.state === 'active');

    person.say('end_watch', { session_id: sessionId });
    expect((await device.hears('watch_ended', sessionId)).payload['reason']).toBe('user_ended');
    expect(await ended(sessionId)).toMatchObject({ state: 'ended', reason: 'user_ended' });
    device.end();
    person.end();
  });

  it('is not for those who may not, and not touched by those whose it is not', async () => {
    const device = await camera(edge(0), 'private-cam');
    const person = await viewer(edge(1), token);
    const other = await viewer(edge(1), await stranger());
    const sessionId = await watched(person, device, 'private-cam');
    const code = async (name: string) => (await asked(other, name)).payload['code'];
    const { id } = (await mooring.api.device('camera', 'private-cam')) ?? {};
    expect([await code('private-cam'), await code(String(id)), await code('no-such-cam')]).toEqual([
      'unauthorized',
      'device_not_found',
      'device_not_found',
    ]);
    other.say('signal_offer', { session_id: sessionId, sdp: offer }, 'x');
    expect((await other.hears('error', sessionId)).payload['message']).toBe('Session not found');
    const theirs = apiClient(mooring.file.api, await stranger());
    expect((await theirs.call('DELETE', `/v1/watch-sessions/${sessionId}`)).status).toBe(404);
    expect(await theirs.get('/v1/watch-sessions')).toMatchObject({ items: [] });
    expect(device.heard(sessionId)).toEqual(['watch_request', 'signal_offer']);
    for (const end of [device, person, other]) end.end();
  });

  it('has as many viewers as it may, each tab its own, and says when it is too many', async () => {
    const device = await camera(edge(0), 'popular-cam');
    const tabs = await Promise.all([0, 1, 1].map((at) => viewer(edge(at), token)));
    const [first, second, third] = tabs;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three tabs');
    const ids = [await watched(first, device, 'popular-cam'), await watched(first, device, 'popular-cam')];
    expect((await asked(first, 'popular-cam')).payload['message']).toBe('Too many viewers');
    ids.push(await watched(second, device, 'popular-cam'));
    expect((await asked(third, 'popular-cam')).payload['code']).toBe('viewer_limit');
    expect(new Set(ids).size).toBe(3);
    first.end();
    await device.hears('watch_ended', ids[0]);
    await device.hears('watch_ended', ids[1]);
    expect(second.heard(ids[2] ?? '')).toEqual(['watch_ready', 'signal_answer']);
    ids.push(await watched(third, device, 'popular-cam'));
    device.end();
    for (const [tab, id] of [
      [second, ids[2]],
      [third, ids[3]],
    ] as const) {
      expect((await tab.hears('watch_ended', id)).payload['reason']).toBe('device_disconnected');
      tab.end();
    }
  });

  it('of an offline camera is none, and one that is not answered is over in time, for both', async () => {
    const person = await viewer(edge(1), token);
    expect((await asked(person, 'kitchen-cam-001')).payload['message']).toBe('Device is offline');
    const device = await camera(edge(0), 'slow-cam');
    const first = String((await asked(person, 'slow-cam')).payload['session_id']);
    const second = String((await asked(person, 'slow-cam')).payload['session_id']);
    person.say('signal_offer', { session_id: second, sdp: offer });
    for (const id of [first, second]) {
      for (const end of [person, device]) {
        expect((await end.hears('watch_ended', id, 20_000)).payload['reason']).toBe('timeout');
      }
      expect(await ended(id)).toMatchObject({ reason: 'timeout' });
    }
    expect(person.heard(first)).toEqual(['watch_ready', 'watch_ended']);
    device.end();
    person.end();
  });

  it('is ended over HTTP, and shown live', async () => {
    const device = await camera(edge(0), 'http-cam');
    const person = await viewer(edge(1), token);
    const live = new AbortController();
    const response = await fetch(`${mooring.file.api}/v1/live`, {
      headers: { authorization: `Bearer ${token}` },
      signal: live.signal,
    });
    let stream = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) stream += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await eventually(() => stream.includes('event: snapshot'), { what: 'the snapshot' });
    const id = await watched(person, device, 'http-cam');
    const deletion = await mooring.api.call('DELETE', `/v1/watch-sessions/${id}`);
    expect(deletion.status).toBe(204);
    for (const end of [device, person]) {
      expect((await end.hears('watch_ended', id)).payload['reason']).toBe('user_ended');
    }
    const states = () =>
      [...stream.matchAll(/event: watch\ndata: (.*)/g)]
        .map(([, data]) => JSON.parse(String(data)) as { session_id: string; state: string })
        .filter(({ session_id }) => session_id === id)
        .map(({ state }) => state);
    await eventually(() => states().at(-1) === 'ended', { what: 'the live events' });
    expect(states()[0]).toBe('pending');
    live.abort();
    await reading;
    device.end();
    person.end();
  });
});

describe('a right that is taken away', () => {
  it('ends what its person watches, at both ends, and lets nobody begin again; others go on', async () => {
    const device = await camera(edge(0), 'family-cam');
    const { organization_id: id } = await mooring.api.get<{ organization_id: string }>(
      `/v1/devices/${(await mooring.api.device('camera', 'family-cam'))?.id}`,
    );
    const members = `/v1/organizations/${id}/members`;
    const guest = await newcomer(mooring.api);
    await mooring.api.made(members, { email: guest.email, role: 'viewer' });
    const key = { name: 'tablet', role: 'viewer', scopes: ['watch'] };
    const { id: keyId, secret } = await mooring.api.made<{ id: string; secret: string }>('/v1/api-keys', key);
    const [person, tablet, stays] = [
      await viewer(edge(1), guest.token),
      await viewer(edge(0), secret),
      await viewer(edge(1), token),
    ];
    const watch = (who: WatchPeer): Promise<string> => watched(who, device, 'family-cam');
    const [persons, tablets, kept] = [await watch(person), await watch(tablet), await watch(stays)];

    const isOver = async (who: WatchPeer, sessionId: string): Promise<void> => {
      for (const end of [who, device]) {
        expect((await end.hears('watch_ended', sessionId)).payload['reason']).toBe('user_ended');
      }
      expect((await asked(who, 'family-cam')).payload['code']).toBe('unauthorized');
    };
    expect((await mooring.api.call('DELETE', `${members}/${guest.userId}`)).status).toBe(204);
    await isOver(person, persons);
    expect((await mooring.api.call('DELETE', `/v1/api-keys/${keyId}`)).status).toBe(204);
    await isOver(tablet, tablets);
    stays.say('signal_ice', { session_id: kept, candidate: null });
    await device.hears('signal_ice', kept);
    expect(stays.heard(kept)).toEqual(['watch_ready', 'signal_answer']);
    for (const end of [device, person, tablet, stays]) end.end();
  });
});

describe('a loss', () => {
  it('of the newest socket’s forerunner ends what it had, with one reason', async () => {
    const device = await camera(edge(0), 'twice-cam');
    const person = await viewer(edge(1), token);
    const id = await watched(person, device, 'twice-cam');
    const newer = await camera(edge(1), 'twice-cam');
    expect(await device.peer.closing()).toBe(1008);
    expect((await person.hears('watch_ended', id)).payload['reason']).toBe('device_disconnected');
    await watched(person, newer, 'twice-cam');
    newer.end();
    person.end();
  });

  it('is waited out for those who come back, at another edge, and what was said meanwhile arrives', async () => {
    const device = await camera(edge(0), 'patient-cam', { resume: true });
    const person = await viewer(edge(0), token, { resume: true });
    const id = await watched(person, device, 'patient-cam');
    person.end();
    await eventually(async () => {
      const session = await mooring.api.get<{ viewer_lost_at?: string | null }>(`/v1/watch-sessions/${id}`);
      return typeof session.viewer_lost_at === 'string';
    });
    device.say('signal_ice', { session_id: id, candidate: null });
    const back = await viewer(edge(1), token, { resume: [id] });
    expect(back.messages[0]?.payload['resumed']).toEqual([id]);
    await back.hears('signal_ice', id);
    device.end();
    const again = await camera(edge(1), 'patient-cam', { resume: true, sessions: [id] });
    expect(again.messages[0]?.payload['resumed']).toEqual([id]);
    back.say('signal_offer', { session_id: id, sdp: offer });
    await again.hears('signal_offer', id);
    expect(device.heard(id)).not.toContain('watch_ended');
    back.end();
    expect((await again.hears('watch_ended', id, 20_000)).payload['reason']).toBe('viewer_disconnected');
    expect(await ended(id)).toMatchObject({ reason: 'viewer_disconnected' });
    again.end();
  });

  it('of signaling disturbs nothing, and what was due while it was away happens once', async () => {
    const device = await camera(edge(0), 'steady-cam');
    const person = await viewer(edge(1), token);
    const id = await watched(person, device, 'steady-cam');
    const waiting = String((await asked(person, 'steady-cam')).payload['session_id']);
    process.kill(mooring.pid('signaling'), 'SIGKILL');
    person.say('signal_offer', { session_id: id, sdp: offer });
    await eventually(() => device.heard(id).filter((type) => type === 'signal_offer').length === 2);
    device.say('signal_answer', { session_id: id, sdp: answer });
    await eventually(() => person.heard(id).filter((type) => type === 'signal_answer').length === 2);
    expect((await person.hears('watch_ended', waiting, 40_000)).payload['reason']).toBe('timeout');
    await device.hears('watch_ended', waiting);
    expect(person.heard(waiting).filter((type) => type === 'watch_ended')).toHaveLength(1);
    person.say('end_watch', { session_id: id });
    await device.hears('watch_ended', id);
    expect(await ended(id)).toMatchObject({ reason: 'user_ended' });
    device.end();
    person.end();
  });

  it.each([
    ['viewer', 1, 'viewer_disconnected'],
    ['device', 0, 'device_disconnected'],
  ] as const)(
    'of the %s’s edge is told to the other end, and leaves no session',
    async (side, at, reason) => {
      const device = await camera(edge(0), `kill-${side}-cam`);
      const person = await viewer(edge(1), token);
      const id = await watched(person, device, `kill-${side}-cam`);
      process.kill(mooring.pid(`edge-${at + 1}`), 'SIGKILL');
      const left = side === 'viewer' ? device : person;
      expect((await left.hears('watch_ended', id, 40_000)).payload['reason']).toBe(reason);
      expect(await ended(id)).toMatchObject({ reason });
      // The stack starts it again; the next test needs it.
      (await Peer.open(`${edge(at)}/ws/viewer`)).end();
      device.end();
      person.end();
    },
  );

  it('leaves nothing open in the end', async () => {
    await eventually(async () => (await sessions('&active=true')).length === 0, { withinMs: 30_000 });
  });
});
