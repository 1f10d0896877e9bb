// A person's console of a Nerves device on a whole Mooring: both ends on different edges, who may, and what is noted of it.
import { randomUUID } from 'node:crypto';
import { type NervesDevice, nervesDevice } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceView, newcomer } from './_api.js';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const identifier = 'console-dev-1';
let mooring: TestStack;
let device: NervesDevice;
let view: DeviceView;

beforeAll(async () => {
  mooring = await startTestStack({ env: { REGISTRY_OPEN_SIGNUP: 'true' } });
  const runScript = (text: string) => ({ output: `ran ${text}\n`, return: '2' });
  // Under the policy open a key that nobody knows proves nothing; what it signs still names the device.
  const auth = { key: `nhd_${'A'.repeat(43)}`, secret: 'unknown' };
  device = nervesDevice({ url: mooring.edges[0] ?? '', identifier, auth, runScript, retryMs: 200 });
  await device.seen.until(() => device.seen.ready, 'the join', 20_000);
  view = await eventually(() => mooring.api.device('nerveshub', identifier), { what: 'the device' });
});
afterAll(async () => {
  await device?.close();
  await mooring?.stop();
});

async function post<T>(path: string, body: object, expected = 201): Promise<T> {
  const { status, body: made } = await mooring.api.call('POST', path, body);
  expect(status, JSON.stringify(made)).toBe(expected);
  return made;
}

async function person(token: string, more: object = {}): Promise<Peer> {
  const peer = await Peer.open(`${mooring.edges[1] ?? ''}/ws/console`);
  peer.send({ type: 'hello', token, device: identifier, ...more });
  return peer;
}

const keyOf = async (role: string, scopes: readonly string[] = []): Promise<string> =>
  (await post<{ secret: string }>('/v1/api-keys', { name: randomUUID(), role, scopes })).secret;

async function refusal(token: string): Promise<string> {
  const peer = await person(token);
  const { code } = JSON.parse(await peer.message('"error"'));
  expect(await peer.closing()).toBe(1008);
  return code;
}

const shown = (peer: Peer): string =>
  peer.received
    .map((text) => JSON.parse(text))
    .flatMap(({ type, data }) => (type === 'data' ? [data] : []))
    .join('');

const notes = async (sessionId: string): Promise<readonly Entry[]> =>
  (await mooring.api.get<{ items: Entry[] }>('/v1/audit?limit=100')).items
    .filter(({ details }) => details['session_id'] === sessionId)
    .reverse();

describe('a console', () => {
  it('shows what the device says, passes what is typed, and is noted with its end', async () => {
    const peer = await person(mooring.file.owner.token);
    const ready = JSON.parse(await peer.message('"ready"'));
    expect(ready).toMatchObject({ device_id: view.id, kind: 'iex' });
    await eventually(() => shown(peer).includes('iex(1)> '), { what: 'the prompt' });
    for (const key of '1 + 1') peer.send({ type: 'input', data: key });
    await eventually(() => shown(peer).endsWith('1 + 1'), { what: 'the echo' });
    const sessionId = String(ready.session_id);
    const [opened] = await notes(sessionId);
    expect(opened).toMatchObject({ action: 'console.opened', resource: view.id, details: { kind: 'iex' } });
    peer.end();
    const both = await eventually(
      async () => {
        const found = await notes(sessionId);
        return found.length === 2 ? found : undefined;
      },
      { what: 'the note of its end', withinMs: 20_000 },
    );
    expect(both[1]).toMatchObject({
      ...{ action: 'console.closed', resource: view.id, actor: opened?.actor },
      details: { reason: 'person_left', bytes_out: Buffer.byteLength(shown(peer)) },
    });
    expect(device.seen.violations).toEqual([]);
  });

  it('is for operators, and for keys with the scope', async () => {
    expect(await refusal(await keyOf('viewer'))).toBe('forbidden');
    expect(await refusal(await keyOf('operator', ['devices:write']))).toBe('forbidden');
    const peer = await person(await keyOf('operator', ['console']), { device: view.id });
    await peer.message('"ready"');
    peer.end();
  });

  it('does not exist for another organization, nor for nobody', async () => {
    const { token } = await newcomer(mooring.api);
    expect(await refusal(token)).toBe('not_found');
    expect(await refusal('nonsense')).toBe('unauthenticated');
  });
});

describe('a console whose key is deleted', () => {
  it('ends, and is noted so', async () => {
    const key = { name: randomUUID(), role: 'operator', scopes: ['console'] };
    const { id, secret } = await post<{ id: string; secret: string }>('/v1/api-keys', key);
    const peer = await person(secret);
    const { session_id: sessionId } = JSON.parse(await peer.message('"ready"'));
    expect((await mooring.api.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    expect(JSON.parse(await peer.message('"closed"'))).toMatchObject({ reason: 'rights_withdrawn' });
    expect(await peer.closing()).toBe(1008);
    await eventually(async () => (await notes(sessionId)).length === 2, { what: 'the note of its end' });
    expect((await notes(sessionId))[1]).toMatchObject({
      ...{ action: 'console.closed', actor: id, details: { reason: 'rights_withdrawn' } },
    });
  });
});

describe('a script', () => {
  it('runs as a command, and its answer is the result', async () => {
    const script = { type: 'script', text: '1 + 1' };
    const command = await post<{ id: string }>(`/v1/devices/${view.id}/commands`, script, 202);
    const done = await eventually(
      async () => {
        const found = await mooring.api.get<{ state: string; result: unknown }>(`/v1/commands/${command.id}`);
        return ['succeeded', 'failed'].includes(found.state) ? found : undefined;
      },
      { what: 'the answer', withinMs: 20_000 },
    );
    expect(done).toMatchObject({ state: 'succeeded', result: { output: 'ran 1 + 1\n', return: '2' } });
  });
});

/** Kills an edge without warning and waits until there is another one. */
async function kill(part: string): Promise<void> {
  const pid = mooring.pid(part);
  process.kill(pid, 'SIGKILL');
  await eventually(() => mooring.pid(part) !== pid, { what: `a new ${part}`, withinMs: 20_000 });
}

describe('an edge that is killed', () => {
  it('with the person leaves nobody at the device’s console, and a note of the end', async () => {
    const left = async () =>
      (await mooring.api.log(view.id)).filter(({ name }) => name === 'console_closed').length;
    const before = await left();
    const peer = await person(mooring.file.owner.token);
    const { session_id: sessionId } = JSON.parse(await peer.message('"ready"'));
    await kill('edge-2');
    await peer.closing();
    device.push('console', 'up', { data: 'anybody?' });
    await eventually(async () => (await left()) > before, { what: 'the line of the end', withinMs: 20_000 });
    const noted = async () => (await notes(sessionId)).length === 2;
    await eventually(noted, { what: 'the note of the end', withinMs: 30_000 });
    const [opened, closed] = await notes(sessionId);
    expect(closed).toMatchObject({
      ...{ action: 'console.closed', actor: opened?.actor, resource: view.id },
      details: { reason: 'edge_lost' },
    });
  });

  it('with the device is noticed by the person, and the next console opens on the new one', async () => {
    const peer = await person(mooring.file.owner.token);
    await peer.message('"ready"');
    await kill('edge-1');
    const closed = await eventually(() => peer.received.find((text) => text.includes('"closed"')), {
      what: 'the end of the console',
      withinMs: 30_000,
    });
    expect(JSON.parse(closed)).toEqual({ type: 'closed', reason: 'device_gone' });
    const again = await eventually(
      async () => {
        const next = await person(mooring.file.owner.token);
        const first = await eventually(() => next.received[0], { what: 'an answer' });
        if (first.includes('"ready"')) return next;
        next.end();
        return undefined;
      },
      { what: 'a console', withinMs: 40_000 },
    );
    again.send({ type: 'input', data: 'hello again' });
    await eventually(() => shown(again).includes('hello again'), { what: 'the echo' });
    again.end();
  });
});

describe('the end of the device', () => {
  it('is told to whoever has its console', async () => {
    const peer = await person(mooring.file.owner.token);
    await peer.message('"ready"');
    await device.close();
    expect(JSON.parse(await peer.message('"closed"'))).toEqual({ type: 'closed', reason: 'device_gone' });
  });
});
