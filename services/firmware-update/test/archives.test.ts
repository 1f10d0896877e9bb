// Archives beside firmware, versions that are there once, and the hashes of parts, on a real NATS and Postgres.
import { createHash, randomBytes } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { audit, type bus } from '@mooring/proto';
import { connectBus, postgresPool, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partHashesOf } from '../src/store/artifact-parts.js';
import { openDatabase } from '../src/store/client.js';
import { Signer } from '../src/uploads/_archive.js';
import { made, parts, trust } from './_files.js';
import { type Service, service } from './_service.js';

const MIB = 1024 ** 2;
const signer = new Signer();
let running: Service;
let pool: ReturnType<typeof postgresPool>;

beforeAll(async () => {
  running = await service();
  pool = postgresPool(running.databaseUrl, { max: 2, name: 'test' });
});
afterAll(async () => {
  await pool?.end();
  await running?.stop();
});

async function organization(): Promise<string> {
  const id = uuidv7();
  await trust(running.artifacts, id, signer.key.publicKey);
  return id;
}

const send = (organizationId: string, file: Uint8Array, kind?: string) =>
  running.artifacts.uploadArtifact(parts(organizationId, file, kind === undefined ? {} : { kind }));
const list = async (organizationId: string, kind?: string) => {
  const asked = { organizationIds: [organizationId], product: '', limit: 0, cursor: '', kind };
  return (await running.artifacts.listArtifacts(asked)).items;
};

describe('an archive', () => {
  it('is verified like firmware, and kept apart from it', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(1_000));
    const { artifact: firmware } = await send(owner, file);
    const { artifact: archive, existed } = await send(owner, file, 'archive');
    expect([existed, firmware?.kind, archive?.kind]).toEqual([false, 'firmware', 'archive']);
    expect(archive?.uuid).toBe(firmware?.uuid);
    expect((await send(owner, file, 'archive')).existed).toBe(true);
    expect([await list(owner), await list(owner, 'archive')]).toEqual([[firmware], [archive]]);
    const forged = made(new Signer(), randomBytes(10));
    await expect(send(owner, forged, 'archive')).rejects.toMatchObject({
      details: [{ field: 'firmware', message: 'bad_signature' }],
    });
  });

  it('is shown, linked and deleted by its kind', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(1_000));
    await send(owner, file);
    const { artifact } = await send(owner, file, 'archive');
    const asked = { organizationIds: [owner], uuid: artifact?.uuid ?? '', kind: 'archive' };
    expect((await running.artifacts.getArtifact(asked)).artifact).toEqual(artifact);
    const { url } = await running.artifacts.linkArtifact(asked);
    const path = new URL(url).pathname;
    const fetched = Buffer.from(await (await fetch(`${running.base}${path}`)).arrayBuffer());
    expect(fetched.equals(file)).toBe(true);
    await running.artifacts.deleteArtifact({ ...asked, actor: 'tester' });
    await expect(running.artifacts.getArtifact(asked)).rejects.toMatchObject({ code: 'not_found' });
    expect(await list(owner)).toHaveLength(1);
  });

  it('is of a kind that there is', async () => {
    const owner = await organization();
    await expect(send(owner, made(signer, randomBytes(10)), 'song')).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(list(owner, 'song')).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a version', () => {
  const taken = { code: 'conflict', details: [{ field: 'firmware', message: 'version_taken' }] };

  it('is of one firmware, and of as many archives as there are', async () => {
    const owner = await organization();
    await send(owner, made(signer, randomBytes(10), '1.0.0'));
    await expect(send(owner, made(signer, randomBytes(10), '1.0.0'))).rejects.toMatchObject(taken);
    await send(owner, made(signer, randomBytes(10), '1.0.1'));
    await send(await organization(), made(signer, randomBytes(10), '1.0.0'));
    for (const _ of [1, 2]) await send(owner, made(signer, randomBytes(10), '1.0.0'), 'archive');
    expect([(await list(owner)).length, (await list(owner, 'archive')).length]).toEqual([2, 2]);
  });

  it('is of the first when several come at once', async () => {
    const owner = await organization();
    const files = [1, 2].map(() => made(signer, randomBytes(300_000), '2.0.0'));
    const results = await Promise.allSettled(files.map((file) => send(owner, file)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: taken });
    expect(await list(owner)).toHaveLength(1);
  });

  it('may be of several where that is wanted', async () => {
    const lenient = await service({ FIRMWARE_REQUIRE_UNIQUE_VERSION: 'false' });
    try {
      const owner = uuidv7();
      await trust(lenient.artifacts, owner, signer.key.publicKey);
      for (const _ of [1, 2])
        await lenient.artifacts.uploadArtifact(parts(owner, made(signer, randomBytes(10), '1.0.0')));
      const asked = { organizationIds: [owner], product: '', limit: 0, cursor: '' };
      expect((await lenient.artifacts.listArtifacts(asked)).items).toHaveLength(2);
    } finally {
      await lenient.stop();
    }
  });
});

describe('the audit log', () => {
  it('is told who brought and took away files and keys', async () => {
    const told: bus.AuditEntry[] = [];
    const connection = await connectBus({ url: running.nats.url, name: 'test' });
    const owner = uuidv7();
    const subscription = connection.subscribe(audit.entry, { organization: owner }, (entry) =>
      told.push(entry),
    );
    await connection.flush();
    const { id } = await trust(running.artifacts, owner, signer.key.publicKey, 'ours');
    const { artifact } = await send(owner, made(signer, randomBytes(10), '1.0.0'), 'archive');
    const uuid = artifact?.uuid ?? '';
    const organizationIds = [owner];
    await running.artifacts.deleteArtifact({ organizationIds, uuid, kind: 'archive', actor: 'somebody' });
    await running.artifacts.deleteFirmwareKey({ organizationIds, id, actor: 'somebody' });
    await eventually(() => told.length === 4);
    expect(told.map(({ actor, action, resource }) => [actor, action, resource])).toEqual([
      ['tester', 'firmware_key.created', `firmware_key:${id}`],
      ['tester', 'archive.uploaded', `archive:${uuid}`],
      ['somebody', 'archive.deleted', `archive:${uuid}`],
      ['somebody', 'firmware_key.deleted', `firmware_key:${id}`],
    ]);
    expect(JSON.parse(told[1]?.detailsJson ?? '')).toEqual({
      ...{ product: 'made', version: '1.0.0', signed_by: 'ours' },
    });
    subscription.close();
    await connection.close();
  });
});

describe('the hashes of parts', () => {
  it('are of each mebibyte of the file', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(2 * MIB + 500));
    const { artifact } = await send(owner, file);
    const expected = [0, 1, 2].map((part) =>
      createHash('sha256')
        .update(file.subarray(part * MIB, (part + 1) * MIB))
        .digest('hex')
        .toUpperCase(),
    );
    expect(await partHashesOf(openDatabase(pool), artifact?.id ?? '')).toEqual(expected);
  });

  it('are none of a file that is not there', async () => {
    expect(await partHashesOf(openDatabase(pool), uuidv7())).toEqual([]);
  });
});
