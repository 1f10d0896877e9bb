// Who watches a camera goes on while they may, and is named once they may not, whatever took the right away.
import { randomUUID } from 'node:crypto';
import { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, principalOf, startRegistry, type TestRegistry } from './_registry.js';

type Account = Awaited<ReturnType<typeof newAccount>>;

let registry: TestRegistry;
let owner: Account;
let camera: messages.Device;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
  camera = await enrol(registry.client, owner.principal);
});
afterAll(() => registry?.stop());

const watching = (who: Partial<messages.Watching> = { userId: owner.user.id }): messages.Watching =>
  messages.Watching.fromPartial({ deviceId: camera.id, organizationId: owner.organization.id, ...who });

const check = (...all: messages.Watching[]): Promise<readonly number[]> =>
  registry.client.checkWatching({ watching: all }).then(({ withdrawn }) => withdrawn);

async function add(guest: Account, role: string, to: Account = owner): Promise<void> {
  const request = { ...to, organizationId: to.organization.id, email: guest.email, role };
  await registry.client.addMember(messages.AddMemberRequest.fromPartial(request));
}

async function member(role = 'viewer'): Promise<Account> {
  const guest = await newAccount(registry.client);
  await add(guest, role);
  // The account was made before the membership.
  return { ...guest, principal: await principalOf(registry.client, guest.token) };
}

async function keyOf(maker: Account, scopes: string[] = []): Promise<string> {
  const { principal } = maker;
  const request = { principal, name: 'k', organizationId: owner.organization.id, role: 'viewer', scopes };
  const { apiKey } = await registry.client.createApiKey(messages.CreateApiKeyRequest.fromPartial(request));
  return apiKey?.id ?? '';
}

describe('watching is over', () => {
  it('for a member who was removed, and for nobody else of the same camera', async () => {
    const [guest, stays] = [await member(), await member()];
    const all = [owner, guest, stays, guest].map(({ user }) => watching({ userId: user.id }));
    expect(await check(...all)).toEqual([]);
    await registry.client.removeMember({
      ...owner,
      organizationId: owner.organization.id,
      userId: guest.user.id,
    });
    expect(await check(...all)).toEqual([1, 3]);
  });

  it('for a key that is deleted, that has run out, that lacks the scope, or whose maker has left', async () => {
    const maker = await member('admin');
    const [deleted, expired, narrow] = [
      await keyOf(owner),
      await keyOf(owner),
      await keyOf(owner, ['devices:read']),
    ];
    const [orphan, kept] = [await keyOf(maker), await keyOf(owner, ['watch'])];
    const all = [deleted, expired, narrow, orphan, kept].map((apiKeyId) =>
      watching({ userId: '', apiKeyId }),
    );
    expect(await check(...all)).toEqual([2]);
    await registry.client.deleteApiKey({ principal: owner.principal, id: deleted });
    await registry.query("UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = $1", [expired]);
    await registry.client.removeMember({
      ...owner,
      organizationId: owner.organization.id,
      userId: maker.user.id,
    });
    expect(await check(...all)).toEqual([0, 1, 2, 3]);
  });

  it('of a camera that has gone to another organization, also for members of both, and of one that is gone', async () => {
    const [moved, gone] = [
      await enrol(registry.client, owner.principal),
      await enrol(registry.client, owner.principal),
    ];
    const stranger = await newAccount(registry.client);
    await add(owner, 'viewer', stranger);
    const all = [camera, moved, gone].map(({ id }) => watching({ userId: owner.user.id, deviceId: id }));
    expect(await check(...all)).toEqual([]);
    await registry.query('UPDATE device SET organization_id = $1 WHERE id = $2', [
      ...[stranger.organization.id, moved.id],
    ]);
    await registry.client.deleteDevice(
      messages.DeleteDeviceRequest.fromPartial({ principal: owner.principal, id: gone.id }),
    );
    expect(await check(...all)).toEqual([1, 2]);
    const theirs = { userId: owner.user.id, deviceId: moved.id, organizationId: stranger.organization.id };
    expect(await check(watching(theirs))).toEqual([]);
  });

  it('for people and cameras that never were', async () => {
    const nobody = [{ userId: randomUUID() }, { userId: 'x' }, { apiKeyId: randomUUID() }];
    const nothing = [{ deviceId: randomUUID() }, { deviceId: 'x' }, { organizationId: '' }];
    const all = [
      ...nobody.map((who) => watching(who)),
      ...nothing.map((what) => watching({ userId: owner.user.id, ...what })),
    ];
    expect(await check(...all)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a question', () => {
  it('may be about five hundred, and answers those alone that are meant', async () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      watching({ userId: at % 100 === 99 ? randomUUID() : owner.user.id }),
    );
    expect(await check(...many)).toEqual([99, 199, 299, 399, 499]);
    expect(await codeOf(check(...many, watching()))).toBe('invalid');
    expect(await check()).toEqual([]);
  });

  it('must be about somebody, and only one', async () => {
    expect(await codeOf(check(watching(), watching({})))).toBe('invalid');
    const both = watching({ userId: owner.user.id, apiKeyId: randomUUID() });
    expect(await codeOf(check(both))).toBe('invalid');
  });

  it('has no answer while the rights cannot be looked up', async () => {
    await registry.query('ALTER TABLE membership RENAME TO membership_away');
    try {
      const code = await codeOf(check(watching()));
      expect(['ok', 'forbidden', 'not_found']).not.toContain(code);
    } finally {
      await registry.query('ALTER TABLE membership_away RENAME TO membership');
    }
    expect(await check(watching())).toEqual([]);
  });
});
