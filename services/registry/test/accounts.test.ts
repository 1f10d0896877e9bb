// Accounts, tokens, organizations, members and keys, as owners, members and strangers meet them.
import { randomUUID } from 'node:crypto';
import { registry as messages } from '@mooring/proto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, principalOf, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;

beforeAll(async () => {
  registry = await startRegistry({ REGISTRY_OPERATORS: 'root@example.com, other@example.com' });
  owner = await newAccount(registry.client);
});
afterAll(() => registry.stop());

const client = () => registry.client;
const login = (email: string, password: string, remoteAddress = '192.0.2.9') =>
  client().login({ email, password, remoteAddress });

async function member(role: string) {
  const account = await newAccount(client());
  const organizationId = owner.organization.id;
  const request = { principal: owner.principal, organizationId, role, idempotencyKey: '' };
  await client().addMember({ ...request, email: account.email });
  return { ...account, principal: await principalOf(client(), account.token) };
}

function keyRequest(fields: Partial<messages.CreateApiKeyRequest>) {
  const organizationId = owner.organization.id;
  return messages.CreateApiKeyRequest.fromPartial({ organizationId, name: 'key', role: 'viewer', ...fields });
}

describe('an account', () => {
  it('is made with an organization, and its token verifies by the published keys', async () => {
    const { token, user, organization } = await newAccount(client(), 'Ann@Example.com ');
    expect([user.email, organization.name, organization.timeZone, organization.role]).toEqual([
      'ann@example.com',
      'ann',
      'UTC',
      'owner',
    ]);
    const { jwksJson } = await client().getJwks({});
    expect(jwksJson).not.toContain('"d"');
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(JSON.parse(jwksJson)));
    expect(protectedHeader.alg).toBe('EdDSA');
    expect(payload).toMatchObject({ sub: user.id, iss: 'mooring' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(24 * 60 * 60);
    expect(await codeOf(newAccount(client(), 'ann@example.COM'))).toBe('conflict');
  });

  it('is entered with its password only, and not by trying', async () => {
    const { email, password, user } = await newAccount(client());
    expect((await login(` ${email.toUpperCase()}`, password)).user).toEqual(user);
    const wrong = await Promise.all(Array.from({ length: 10 }, () => codeOf(login(email, 'wrong password'))));
    expect(new Set(wrong)).toEqual(new Set(['unauthenticated']));
    expect(await codeOf(login(email, password))).toBe('exhausted');
    expect(await codeOf(login(email, password, '192.0.2.10'))).toBe('ok');
    expect(await codeOf(login('nobody@example.com', password))).toBe('unauthenticated');
  });

  it('needs a proper address and password', async () => {
    const register = (email: string, password: string) =>
      client().registerAccount({ email, password, name: '' });
    await expect(register('no address', 'short')).rejects.toMatchObject({
      code: 'invalid',
      details: [{ field: 'email' }, { field: 'password' }],
    });
  });

  it('is a platform operator when the config names it', async () => {
    const root = await newAccount(client(), 'root@example.com');
    expect([root.principal.platformOperator, owner.principal.platformOperator]).toEqual([true, false]);
  });

  it('is nobody with a token that is not ours', async () => {
    const [head, body, signature] = owner.token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const forged = Buffer.from(JSON.stringify({ sub: owner.user.id, iss: 'mooring' })).toString('base64url');
    const tokens = ['', 'x', 'mk_unknown', `${none}.${body}.`, `${head}.${forged}.${signature}`];
    const codes = await Promise.all(tokens.map((token) => codeOf(client().authenticate({ token }))));
    expect(codes).toEqual(tokens.map(() => 'unauthenticated'));
  });
});

describe('members', () => {
  it('do what their role allows and no more', async () => {
    const organizationId = owner.organization.id;
    const table: Record<string, string[]> = {};
    for (const role of ['viewer', 'operator', 'admin', 'owner']) {
      const { principal } = await member(role);
      const device = await enrol(client(), owner.principal);
      const key = keyRequest({ principal });
      const tariffJson = '{"currency":"EUR","price_per_kwh":0.3}';
      table[role] = [
        await codeOf(client().getDevice({ principal, id: device.id })),
        await codeOf(enrol(client(), principal, { organizationId })),
        await codeOf(client().createApiKey(key)),
        await codeOf(client().updateOrganization({ principal, id: organizationId, tariffJson })),
        await codeOf(client().deleteDevice({ principal, id: device.id })),
        await codeOf(client().removeMember({ principal, organizationId, userId: owner.user.id })),
      ];
    }
    const no = 'forbidden';
    // The last one removes the first owner: owners may.
    expect(table).toEqual({
      viewer: ['ok', no, no, no, no, no],
      operator: ['ok', 'ok', no, no, no, no],
      admin: ['ok', 'ok', 'ok', 'ok', 'ok', no],
      owner: ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'],
    });
    owner = await newAccount(client());
  });

  it('never lose their last owner', async () => {
    const organizationId = owner.organization.id;
    const leave = () => client().removeMember({ ...owner, organizationId, userId: owner.user.id });
    expect(await codeOf(leave())).toBe('conflict');
    const demote = { ...owner, organizationId, role: 'viewer', idempotencyKey: '' };
    expect(await codeOf(client().addMember(demote))).toBe('conflict');
    await member('owner');
    expect(await codeOf(leave())).toBe('ok');
    owner = await newAccount(client());
  });

  it('are made owners by owners only, and may leave by themselves', async () => {
    const admin = await member('admin');
    const viewer = await member('viewer');
    const organizationId = owner.organization.id;
    const promote = { principal: admin.principal, organizationId, email: viewer.email, idempotencyKey: '' };
    expect(await codeOf(client().addMember({ ...promote, role: 'owner' }))).toBe('forbidden');
    expect(await codeOf(client().addMember({ ...promote, role: 'operator' }))).toBe('ok');
    const { items } = await client().listMembers({ ...owner, organizationId, limit: 0, cursor: '' });
    expect(items.map(({ role }) => role).sort()).toEqual(['admin', 'operator', 'owner']);
    const { principal, user } = viewer;
    expect(await codeOf(client().removeMember({ principal, organizationId, userId: user.id }))).toBe('ok');
    const after = await principalOf(client(), viewer.token);
    expect(after.memberships).toHaveLength(1);
  });
});

describe('strangers', () => {
  it('find nothing, whatever they ask for', async () => {
    const { principal } = await newAccount(client());
    const device = await enrol(client(), owner.principal);
    const organizationId = owner.organization.id;
    for (const id of [device.id, randomUUID(), 'no id']) {
      const page = { principal, deviceId: id, limit: 0, cursor: '' };
      const codes = [
        await codeOf(client().getDevice({ principal, id })),
        await codeOf(client().updateDevice({ principal, id, name: 'x', tags: [], setTags: false })),
        await codeOf(client().deleteDevice({ principal, id })),
        await codeOf(client().listConnections(page)),
        await codeOf(client().listCredentials(page)),
      ];
      expect(codes).toEqual(codes.map(() => 'not_found'));
    }
    const codes = [
      await codeOf(client().getOrganization({ principal, id: organizationId })),
      await codeOf(client().updateOrganization({ principal, id: organizationId, name: 'mine' })),
      await codeOf(client().listMembers({ principal, organizationId, limit: 0, cursor: '' })),
      await codeOf(enrol(client(), principal, { organizationId })),
      await codeOf(client().createApiKey(keyRequest({ principal }))),
    ];
    expect(codes).toEqual(codes.map(() => 'not_found'));
    const { items } = await client().listDevices(messages.ListDevicesRequest.fromPartial({ principal }));
    expect(items).toEqual([]);
  });
});

describe('an API key', () => {
  it('stands for its role and scopes, is listed without its secret, and ends', async () => {
    const request = keyRequest({ ...owner, role: 'operator', scopes: ['devices:read'] });
    const { secret, apiKey } = await client().createApiKey(request);
    expect(secret.startsWith(apiKey?.prefix ?? '?')).toBe(true);
    const principal = await principalOf(client(), secret);
    expect(principal).toEqual({
      userId: '',
      apiKeyId: apiKey?.id,
      memberships: [{ organizationId: owner.organization.id, role: 'operator' }],
      scopes: ['devices:read'],
      platformOperator: false,
    });
    const device = await enrol(client(), owner.principal);
    expect(await codeOf(client().getDevice({ principal, id: device.id }))).toBe('ok');
    expect(await codeOf(enrol(client(), principal))).toBe('forbidden');
    const { items } = await client().listApiKeys({ ...owner, limit: 0, cursor: '' });
    expect(items.map(({ id, lastUsedAtMs }) => [id, lastUsedAtMs !== undefined])).toContainEqual([
      apiKey?.id,
      true,
    ]);
    await client().deleteApiKey({ ...owner, id: apiKey?.id ?? '' });
    expect(await codeOf(client().authenticate({ token: secret }))).toBe('unauthenticated');
  });

  it('never exceeds who made it, now or later, and expires', async () => {
    const admin = await member('admin');
    expect(await codeOf(client().createApiKey(keyRequest({ ...admin, role: 'owner' })))).toBe('forbidden');
    const { secret } = await client().createApiKey(keyRequest({ ...admin, role: 'admin' }));
    const organizationId = owner.organization.id;
    await client().addMember({
      ...owner,
      organizationId,
      email: admin.email,
      role: 'viewer',
      idempotencyKey: '',
    });
    expect((await principalOf(client(), secret)).memberships[0]?.role).toBe('viewer');
    await client().removeMember({ ...owner, organizationId, userId: admin.user.id });
    expect(await codeOf(client().authenticate({ token: secret }))).toBe('unauthenticated');

    const brief = await client().createApiKey(keyRequest({ ...owner, expiresAtMs: Date.now() + 60_000 }));
    expect(await codeOf(client().authenticate({ token: brief.secret }))).toBe('ok');
    await registry.query('UPDATE api_key SET expires_at = now() WHERE id = $1::uuid', [brief.apiKey?.id]);
    expect(await codeOf(client().authenticate({ token: brief.secret }))).toBe('unauthenticated');
  });
});

describe('organizations', () => {
  it('take a zone that exists and a tariff that says a price', async () => {
    const id = owner.organization.id;
    const change = {
      ...owner,
      id,
      timeZone: 'Europe/Berlin',
      tariffJson: '{"currency":"EUR","price_per_kwh":0.3}',
      name: 'Home',
    };
    const { organization } = await client().updateOrganization(change);
    expect(organization).toMatchObject({
      timeZone: 'Europe/Berlin',
      tariffJson: '{"currency":"EUR","price_per_kwh":0.3}',
      name: 'Home',
    });
    for (const wrong of [{ timeZone: 'Mars' }, { tariffJson: '{"ct_per_kwh":30}' }]) {
      expect(await codeOf(client().updateOrganization({ ...owner, id, ...wrong }))).toBe('invalid');
    }
    const { items } = await client().listAudit({ ...owner, limit: 1, cursor: '' });
    expect(items).toMatchObject([{ action: 'organization.updated', actor: owner.user.id, resource: id }]);
  });
});
