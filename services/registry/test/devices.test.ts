// Devices as people handle them: enrolled once, listed page by page, cut off when deleted.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, listenAsEdge, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
});
afterAll(() => registry.stop());

const list = (fields: Partial<messages.ListDevicesRequest>) =>
  registry.client.listDevices(
    messages.ListDevicesRequest.fromPartial({ principal: owner.principal, ...fields }),
  );

describe('enrolling', () => {
  it('keeps what was said, in the form of the dialect', async () => {
    const identifier = '0x000D6F000273CE0B';
    const device = await enrol(registry.client, owner.principal, {
      dialect: 'berg',
      identifier,
      name: ' Hall ',
      tags: ['a', 'b', 'a'],
      kind: 'bridge',
    });
    const { id } = device;
    const found = await registry.client.getDevice({ principal: owner.principal, id });
    expect(found.device).toEqual(device);
    expect(device).toMatchObject({
      identifier: '000d6f000273ce0b',
      name: 'Hall',
      tags: ['a', 'b'],
      kind: 'bridge',
      organizationId: owner.organization.id,
      presence: { online: false, epoch: 0n },
    });
  });

  it('names every field that is wrong', async () => {
    const wrong = { identifier: 'x y', dialect: 'kinetid', name: 'n'.repeat(201), tags: ['a b'], kind: '/' };
    await expect(enrol(registry.client, owner.principal, wrong)).rejects.toMatchObject({
      code: 'invalid',
      details: [{ field: 'identifier' }, { field: 'name' }, { field: 'tags' }, { field: 'kind' }],
    });
  });

  it('is refused for an identifier that anyone has, in the same words', async () => {
    const { identifier } = await enrol(registry.client, owner.principal);
    const other = await newAccount(registry.client);
    const messagesOf = await Promise.all(
      [owner, other].map(({ principal }) =>
        enrol(registry.client, principal, { identifier }).catch((error: Error) => [
          error.message,
          Object(error).code,
        ]),
      ),
    );
    expect(messagesOf[0]).toEqual(messagesOf[1]);
    expect(messagesOf[0]).toContain('conflict');
  });

  it('takes a parent of the same organization only', async () => {
    const parent = await enrol(registry.client, owner.principal);
    const child = await enrol(registry.client, owner.principal, { parentId: parent.id });
    expect((await list({ parentId: parent.id })).items.map(({ id }) => id)).toEqual([child.id]);
    const other = await newAccount(registry.client);
    expect(await codeOf(enrol(registry.client, other.principal, { parentId: parent.id }))).toBe('invalid');
  });
});

describe('an idempotency key', () => {
  it('makes one thing of the same request, also at once, and nothing of another', async () => {
    const identifier = randomUUID();
    const once = { identifier, idempotencyKey: randomUUID() };
    const made = await Promise.all([1, 2, 3].map(() => enrol(registry.client, owner.principal, once)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const another = enrol(registry.client, owner.principal, { ...once, name: 'other' });
    expect(await codeOf(another)).toBe('conflict');
    const other = await newAccount(registry.client);
    expect(await codeOf(enrol(registry.client, other.principal, { ...once, identifier: randomUUID() }))).toBe(
      'ok',
    );
  });

  it('shows the same secret again, and is forgotten after a day', async () => {
    const { id: deviceId } = await enrol(registry.client, owner.principal);
    const request = messages.CreateCredentialRequest.fromPartial({
      principal: owner.principal,
      deviceId,
      type: 'token',
      idempotencyKey: randomUUID(),
    });
    const first = await registry.client.createCredential(request);
    expect(await registry.client.createCredential(request)).toEqual(first);
    await registry.query("UPDATE idempotency SET created_at = now() - interval '25 hours' WHERE key = $1", [
      request.idempotencyKey,
    ]);
    const later = await registry.client.createCredential(request);
    expect(later.credential?.id).not.toBe(first.credential?.id);
    expect(later.secret).not.toBe(first.secret);
    const bare = { ...request, idempotencyKey: '' };
    const secrets = [
      await registry.client.createCredential(bare),
      await registry.client.createCredential(bare),
    ];
    expect(secrets[0]?.secret).not.toBe(secrets[1]?.secret);
    const stored = await registry.query<{ text: string }>('SELECT c::text AS text FROM credential c');
    expect(stored.some(({ text }) => text.includes(first.secret))).toBe(false);
  });
});

describe('a list', () => {
  it('goes through everything once, while more is added', async () => {
    const other = await newAccount(registry.client);
    const { principal } = other;
    const made: string[] = [];
    for (let index = 0; index < 7; index++) made.push((await enrol(registry.client, principal)).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const answer = await list({ principal, limit: 3, cursor });
      seen.push(...answer.items.map(({ id }) => id));
      cursor = answer.nextCursor;
      if (seen.length === 3) made.push((await enrol(registry.client, principal)).id);
    } while (cursor !== '');
    expect(seen).toEqual(made);
    expect(await codeOf(list({ principal, cursor: 'bogus' }))).toBe('invalid');
  });

  it('filters, and takes wildcards as the characters they are', async () => {
    const { principal } = await newAccount(registry.client);
    const make = (fields: Partial<messages.CreateDeviceRequest>) => enrol(registry.client, principal, fields);
    const hall = await make({ name: 'Hall 50%', tags: ['x'] });
    const plug = await make({ dialect: 'kinetid', identifier: '5005', name: 'a_b' });
    const ids = async (fields: Partial<messages.ListDevicesRequest>) =>
      (await list({ principal, ...fields })).items.map(({ id }) => id);
    expect(await ids({ query: 'hALL' })).toEqual([hall.id]);
    expect(await ids({ query: '%' })).toEqual([hall.id]);
    expect(await ids({ query: '_' })).toEqual([plug.id]);
    expect(await ids({ query: '500' })).toEqual([plug.id]);
    expect(await ids({ dialect: 'kinetid' })).toEqual([plug.id]);
    expect(await ids({ tag: 'x' })).toEqual([hall.id]);
    expect(await ids({ online: true })).toEqual([]);
    expect(await ids({ online: false })).toEqual([hall.id, plug.id]);
  });
});

describe('changing', () => {
  it('replaces what is named and leaves the rest', async () => {
    const { id } = await enrol(registry.client, owner.principal, { name: 'a', tags: ['x'], kind: 'k' });
    const change = { principal: owner.principal, id, tags: [], setTags: false };
    const named = await registry.client.updateDevice({ ...change, name: 'b' });
    expect(named.device).toMatchObject({ name: 'b', tags: ['x'], kind: 'k' });
    const bare = await registry.client.updateDevice({ ...change, setTags: true });
    expect(bare.device).toMatchObject({ name: 'b', tags: [], kind: 'k' });
  });
});

describe('cutting off', () => {
  it('ends the session of a deleted device, and its history', async () => {
    const told = await listenAsEdge(registry.bus, 'edge-1');
    const ask = { identifier: randomUUID(), connectionId: 'c-del' };
    const { deviceId, deviceNumber, epoch } = await registry.admit.admitted(ask);
    await registry.client.deleteDevice({ principal: owner.principal, id: deviceId });
    await eventually(() => told.length > 0);
    const content = { $case: 'disconnect', value: { reason: 'device_deleted' } };
    expect(told).toEqual([{ connectionId: 'c-del', deviceNumber, epoch, content }]);
    const left = await registry.query('SELECT 1 FROM connection WHERE device_id = $1::uuid', [deviceId]);
    expect(left).toEqual([]);
    expect(await codeOf(registry.client.locate({ deviceId }))).toBe('not_found');
    expect(await registry.admit.refusal({ ...ask, policy: 'enrolled' })).toBe('not_found');
  });

  it('ends the session that a withdrawn credential let in, and no other', async () => {
    const told = await listenAsEdge(registry.bus, 'edge-2');
    const device = await enrol(registry.client, owner.principal);
    const { identifier } = device;
    const about = { principal: owner.principal, deviceId: device.id };
    const create = () =>
      registry.client.createCredential(
        messages.CreateCredentialRequest.fromPartial({ ...about, type: 'token' }),
      );
    const [used, unused] = [await create(), await create()];
    const ask = { identifier, node: 'edge-2', policy: 'credentials', token: used.secret };
    const { epoch } = await registry.admit.admitted(ask);
    await registry.client.deleteCredential({ ...about, id: unused.credential?.id ?? '' });
    expect(told).toEqual([]);
    await registry.client.deleteCredential({ ...about, id: used.credential?.id ?? '' });
    expect(told).toMatchObject([{ epoch, content: { value: { reason: 'credential_revoked' } } }]);
    expect(await registry.admit.refusal(ask)).toBe('unauthenticated');
  });
});
