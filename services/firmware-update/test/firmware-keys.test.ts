// Keys that sign firmware over gRPC, on a real NATS and Postgres: made once, seen by their own, deleted.
import { randomBytes } from 'node:crypto';
import { uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../src/uploads/_archive.js';
import { made, parts, trust } from './_files.js';
import { type Service, service } from './_service.js';

const signer = new Signer();
const all = { limit: 0, cursor: '' };
let running: Service;

beforeAll(async () => {
  running = await service();
});
afterAll(() => running?.stop());

const send = (organizationId: string) =>
  running.artifacts.uploadArtifact(parts(organizationId, made(signer, randomBytes(10))));

describe('a key', () => {
  it('is listed and deleted by its own organization alone', async () => {
    const [owner, stranger] = [uuidv7(), uuidv7()];
    const key = await trust(running.artifacts, owner, randomBytes(32), 'first');
    const mine = await running.artifacts.listFirmwareKeys({ organizationIds: [owner], ...all });
    expect(mine.items).toEqual([key]);
    const theirs = await running.artifacts.listFirmwareKeys({ organizationIds: [stranger], ...all });
    expect(theirs.items).toEqual([]);
    const request = { organizationIds: [stranger], id: key.id, actor: '' };
    await expect(running.artifacts.getFirmwareKey(request)).rejects.toMatchObject({ code: 'not_found' });
    await expect(running.artifacts.deleteFirmwareKey(request)).rejects.toMatchObject({ code: 'not_found' });
    await running.artifacts.deleteFirmwareKey({ ...request, organizationIds: [owner] });
    await expect(
      running.artifacts.getFirmwareKey({ ...request, organizationIds: [owner] }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is once in an organization, by its name and by itself', async () => {
    const owner = uuidv7();
    const publicKey = randomBytes(32);
    await trust(running.artifacts, owner, publicKey, 'first');
    await expect(trust(running.artifacts, owner, publicKey, 'second')).rejects.toMatchObject({
      code: 'conflict',
      details: [{ field: 'public_key' }],
    });
    await expect(trust(running.artifacts, owner, randomBytes(32), 'first')).rejects.toMatchObject({
      code: 'conflict',
      details: [{ field: 'name' }],
    });
    await trust(running.artifacts, uuidv7(), publicKey, 'first');
  });

  it('is made once by a request that is repeated', async () => {
    const request = {
      ...{ organizationId: uuidv7(), name: 'a', actor: 'tester', idempotencyKey: 'once' },
      publicKey: randomBytes(32).toString('base64'),
    };
    const first = await running.artifacts.createFirmwareKey(request);
    expect(await running.artifacts.createFirmwareKey(request)).toEqual(first);
    const other = { ...request, name: 'b' };
    await expect(running.artifacts.createFirmwareKey(other)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused when it is none', async () => {
    const owner = uuidv7();
    await expect(trust(running.artifacts, owner, 'nonsense')).rejects.toMatchObject({ code: 'invalid' });
    await expect(trust(running.artifacts, owner, randomBytes(31))).rejects.toMatchObject({ code: 'invalid' });
    await expect(trust(running.artifacts, owner, randomBytes(32), ' ')).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('that is deleted signs nothing more, and what it signed stays', async () => {
    const owner = uuidv7();
    const key = await trust(running.artifacts, owner, signer.key.publicKey, 'short-lived');
    await send(owner);
    await running.artifacts.deleteFirmwareKey({ organizationIds: [owner], id: key.id, actor: '' });
    await expect(send(owner)).rejects.toMatchObject({
      code: 'invalid',
      details: [{ field: 'firmware', message: 'no_keys' }],
    });
    const { items } = await running.artifacts.listArtifacts({
      organizationIds: [owner],
      product: '',
      ...all,
    });
    expect(items.map(({ signedBy }) => signedBy)).toEqual(['short-lived']);
  });
});
