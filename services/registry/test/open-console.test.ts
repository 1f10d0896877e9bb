// Whoever wants the console of a Nerves device is told where it is, if they may at this moment, and it is noted.
import { randomUUID } from 'node:crypto';
import { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
let device: messages.Device;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
  device = await enrol(registry.client, owner.principal, { dialect: 'nerveshub', identifier: 'dev-1' });
  await registry.admit.admitted({ dialect: 'nerveshub', identifier: 'dev-1' });
});
afterAll(() => registry.stop());

const open = (more: Partial<messages.OpenConsoleRequest> = {}) => {
  const session = { sessionId: randomUUID(), kind: 'iex', remoteAddress: '192.0.2.9' };
  const request = { userId: owner.user.id, name: 'dev-1', ...session, ...more };
  return registry.client.openConsole(messages.OpenConsoleRequest.fromPartial(request));
};

async function notes() {
  const page = { principal: owner.principal, organizationId: owner.organization.id, limit: 500 };
  const { items } = await registry.client.listAudit(messages.ListAuditRequest.fromPartial(page));
  return items.filter(({ action }) => action === 'console.opened');
}

async function memberWith(role: string) {
  const guest = await newAccount(registry.client);
  const membership = { ...owner, organizationId: owner.organization.id, userId: guest.user.id };
  await registry.client.addMember(
    messages.AddMemberRequest.fromPartial({ ...membership, email: guest.email, role }),
  );
  return { userId: guest.user.id };
}

async function keyWith(role: string, scopes: string[]) {
  const request = { ...owner, name: 'k', organizationId: owner.organization.id, role, scopes };
  const { apiKey } = await registry.client.createApiKey(messages.CreateApiKeyRequest.fromPartial(request));
  return { userId: '', apiKeyId: apiKey?.id ?? '' };
}

describe('a console', () => {
  it('is where the device is, by its identifier and by its public id, and is noted with its session', async () => {
    const sessionId = randomUUID();
    const opened = await open({ sessionId, kind: 'shell' });
    expect(opened).toMatchObject({
      ...{ deviceId: device.id, organizationId: owner.organization.id, actor: owner.user.id },
      place: { online: true, node: 'edge-1' },
    });
    expect((await open({ name: device.id.toUpperCase() })).deviceId).toBe(device.id);
    const [, note] = await notes();
    expect(note).toMatchObject({ actor: owner.user.id, resource: device.id });
    expect(JSON.parse(note?.detailsJson ?? '')).toEqual({
      ...{ session_id: sessionId, kind: 'shell', remote_address: '192.0.2.9' },
    });
  });

  it('is only of Nerves devices, and of those that are there', async () => {
    await enrol(registry.client, owner.principal, { dialect: 'camera', identifier: 'cam-1' });
    for (const name of ['cam-1', 'no-such', '', randomUUID(), 'dev-1\u0000'])
      expect(await codeOf(open({ name }))).toBe('not_found');
    await enrol(registry.client, owner.principal, { dialect: 'nerveshub', identifier: 'dev-2' });
    expect(await codeOf(open({ name: 'dev-2' }))).toBe('conflict');
  });

  it('has a kind and a session', async () => {
    expect(await codeOf(open({ kind: 'sh' }))).toBe('invalid');
    expect(await codeOf(open({ sessionId: 'x' }))).toBe('invalid');
  });
});

describe('who may', () => {
  it('is an operator at this moment; to others the device is none', async () => {
    expect(await codeOf(open(await memberWith('operator')))).toBe('ok');
    expect(await codeOf(open(await memberWith('viewer')))).toBe('forbidden');
    const stranger = await newAccount(registry.client);
    for (const name of ['dev-1', device.id])
      expect(await codeOf(open({ userId: stranger.user.id, name }))).toBe('not_found');
    expect(await codeOf(open({ userId: randomUUID() }))).toBe('forbidden');
  });

  it('is a key of such a role with the scope, or with no scopes', async () => {
    expect(await codeOf(open(await keyWith('operator', ['console'])))).toBe('ok');
    expect(await codeOf(open(await keyWith('operator', [])))).toBe('ok');
    expect(await codeOf(open(await keyWith('operator', ['devices:write'])))).toBe('forbidden');
    expect(await codeOf(open(await keyWith('viewer', ['console'])))).toBe('forbidden');
  });

  it('leaves a note for each that was opened and for no other', async () => {
    const before = (await notes()).length;
    await codeOf(open(await memberWith('viewer')));
    await open();
    expect(await notes()).toHaveLength(before + 1);
  });
});
