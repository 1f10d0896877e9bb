// Whoever wants to watch is told where the camera is, if they may at this moment.
import { randomUUID } from 'node:crypto';
import { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
let camera: messages.Device;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
  camera = await enrol(registry.client, owner.principal, { identifier: 'kitchen-cam-001' });
});
afterAll(() => registry.stop());

const find = (name: string, who: Partial<messages.FindCameraRequest> = { userId: owner.user.id }) =>
  registry.client.findCamera(messages.FindCameraRequest.fromPartial({ name, ...who }));

async function keyWith(scopes: string[]) {
  const request = { ...owner, name: 'k', organizationId: owner.organization.id, role: 'viewer', scopes };
  const { apiKey } = await registry.client.createApiKey(messages.CreateApiKeyRequest.fromPartial(request));
  return { userId: '', apiKeyId: apiKey?.id ?? '' };
}

describe('a camera', () => {
  it('is found by its identifier and by its public id, wherever it is', async () => {
    const offline = await find('kitchen-cam-001');
    expect(offline).toMatchObject({ deviceId: camera.id, organizationId: owner.organization.id });
    expect(offline.place?.online).toBe(false);
    const { epoch, deviceNumber } = await registry.admit.admitted({
      identifier: 'kitchen-cam-001',
      dialect: 'camera',
    });
    const online = await find(camera.id.toUpperCase());
    expect(online.place).toMatchObject({ online: true, node: 'edge-1', epoch, deviceNumber });
    expect(online.place).toEqual(await registry.client.locate({ deviceId: camera.id }));
  });

  it('is meant by its identifier, though another one has that as its id', async () => {
    const twin = await enrol(registry.client, owner.principal, { identifier: camera.id });
    expect((await find(camera.id)).deviceId).toBe(twin.id);
  });

  it('is nothing that is no camera', async () => {
    const plug = await enrol(registry.client, owner.principal, { dialect: 'kinetid', identifier: '123' });
    for (const name of ['123', plug.id, 'no-such-cam', '', randomUUID()]) {
      expect(await codeOf(find(name))).toBe('not_found');
    }
  });
});

describe('watching', () => {
  it('is for members: to others the name is taken, the id is none', async () => {
    const stranger = await newAccount(registry.client);
    const who = { userId: stranger.user.id };
    expect(await codeOf(find('kitchen-cam-001', who))).toBe('forbidden');
    const { id } = await enrol(registry.client, owner.principal);
    expect(await codeOf(find(id, who))).toBe('not_found');
  });

  it('goes by the rights that somebody has now', async () => {
    const guest = await newAccount(registry.client);
    const membership = { ...owner, organizationId: owner.organization.id, userId: guest.user.id };
    await registry.client.addMember(
      messages.AddMemberRequest.fromPartial({ ...membership, email: guest.email, role: 'viewer' }),
    );
    const who = { userId: guest.user.id };
    expect(await codeOf(find('kitchen-cam-001', who))).toBe('ok');
    await registry.client.removeMember(membership);
    expect(await codeOf(find('kitchen-cam-001', who))).toBe('forbidden');
  });

  it('needs the scope of a key, while the key is there', async () => {
    expect(await codeOf(find('kitchen-cam-001', await keyWith(['devices:read'])))).toBe('forbidden');
    const key = await keyWith(['watch']);
    expect(await codeOf(find('kitchen-cam-001', key))).toBe('ok');
    await registry.client.deleteApiKey({ principal: owner.principal, id: key.apiKeyId });
    expect(await codeOf(find('kitchen-cam-001', key))).toBe('forbidden');
  });

  it('is for nobody who is not known', async () => {
    expect(await codeOf(find('kitchen-cam-001', { userId: randomUUID() }))).toBe('forbidden');
    expect(await codeOf(find('kitchen-cam-001', { userId: 'x' }))).toBe('not_found');
  });
});
