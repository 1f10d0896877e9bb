// Firmware files over gRPC, on a real NATS and Postgres: taken, refused, recognised, deleted, cleaned up.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@mooring/harness';
import { type firmware, firmwareBucket } from '@mooring/proto';
import { connectBus, isFault, objectBucket, postgresPool, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../src/storage/sweeper.js';
import { openDatabase } from '../src/store/client.js';
import { Signer } from '../src/uploads/_archive.js';
import { fixture, made, parts, sha256, trust } from './_files.js';
import { type Service, service } from './_service.js';

const MAX_BYTES = 2_000_000;
const spool = mkdtempSync(path.join(tmpdir(), 'mooring-test-spool-'));
const signer = new Signer();
const clock = { nowMs: 1_800_000_000_000, now: () => clock.nowMs };
let running: Service;
let pool: ReturnType<typeof postgresPool>;

beforeAll(async () => {
  const env = { FIRMWARE_MAX_BYTES: String(MAX_BYTES), FIRMWARE_UPLOADS: '4' };
  running = await service({ ...env, FIRMWARE_SPOOL_DIRECTORY: spool }, { clock });
  pool = postgresPool(running.databaseUrl, { max: 2, name: 'test' });
});
afterAll(async () => {
  await pool?.end();
  await running?.stop();
  rmSync(spool, { recursive: true, force: true });
});

const send = (organizationId: string, file: Uint8Array) =>
  running.artifacts.uploadArtifact(parts(organizationId, file));
const refused = (word: string) => ({
  code: 'invalid',
  details: [{ field: 'firmware', message: word }],
});

/** An organization that trusts a key. */
async function organization(publicKey: Uint8Array | string = signer.key.publicKey): Promise<string> {
  const id = uuidv7();
  await trust(running.artifacts, id, publicKey);
  return id;
}

const list = async (organizationId: string) =>
  (
    await running.artifacts.listArtifacts({
      organizationIds: [organizationId],
      product: '',
      limit: 0,
      cursor: '',
    })
  ).items;

describe('an upload', () => {
  it('is taken with all that it says of itself, and listed', async () => {
    const owner = await organization(fixture('demo-key.pub').toString());
    const file = fixture('demo-1.0.0.fw');
    const { artifact, existed } = await send(owner, file);
    expect(existed).toBe(false);
    expect(artifact).toMatchObject({
      organizationId: owner,
      uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
      product: 'demo',
      version: '1.0.0',
      platform: 'rpi0',
      architecture: 'arm',
      author: 'Ron Swanson',
      description: 'Demo firmware ',
      vcsIdentifier: '0f1e2d3c',
      misc: 'random data',
      sizeBytes: 66_675,
      sha256: '2549e840d63df4596660afe37196ff4007d6dbb3507b458752e158e86ea93091',
      signedBy: 'key',
      delta: false,
      madeAtMs: Date.parse('2023-11-14T22:13:20Z'),
      uploadedAtMs: clock.nowMs,
    });
    expect(await list(owner)).toEqual([artifact]);
  });

  it.each([
    ['demo-1.0.0-unsigned.fw', 'unsigned'],
    ['demo-1.1.0-rc.1-otherkey.fw', 'bad_signature'],
    ['no-product.fw', 'metadata_incomplete'],
    ['tampered-data.fw', 'hash_mismatch'],
    ['tampered-meta.fw', 'bad_signature'],
    ['truncated.fw', 'not_a_zip'],
  ])('of %s is refused as %s, and nothing is kept', async (name, word) => {
    const owner = await organization(fixture('demo-key.pub').toString());
    await expect(send(owner, fixture(name))).rejects.toMatchObject(refused(word));
    expect(await list(owner)).toEqual([]);
  });

  it('is refused while the organization has no key', async () => {
    await expect(send(uuidv7(), fixture('demo-1.0.0.fw'))).rejects.toMatchObject(refused('no_keys'));
  });

  it('is recognised when the same file comes again', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(1_000));
    const { artifact } = await send(owner, file);
    expect(await send(owner, file)).toEqual({ artifact, existed: true });
    expect(await list(owner)).toHaveLength(1);
  });

  it('is a conflict when another file has the same uuid', async () => {
    const owner = await organization(fixture('demo-key.pub').toString());
    const delta = fixture('demo-1.0.0_1.1.0.delta.fw');
    await send(owner, delta);
    // A comment at the end changes the file and nothing that is signed.
    const other = Buffer.concat([delta.subarray(0, -2), Buffer.from([1, 0]), Buffer.from('x')]);
    await expect(send(owner, other)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is taken once when it comes several times at once', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(300_000));
    const results = await Promise.all([send(owner, file), send(owner, file)]);
    expect(results.map(({ existed }) => existed).sort()).toEqual([false, true]);
    expect(new Set(results.map(({ artifact }) => artifact?.id)).size).toBe(1);
  });

  it('is one for each organization', async () => {
    const [one, other] = [await organization(), await organization()];
    const file = made(signer, randomBytes(1_000));
    const [first, second] = [await send(one, file), await send(other, file)];
    expect(second.existed).toBe(false);
    expect(second.artifact?.uuid).toBe(first.artifact?.uuid);
    const asked = { organizationIds: [one, other], uuid: first.artifact?.uuid ?? '' };
    await expect(running.artifacts.getArtifact(asked)).rejects.toMatchObject({ code: 'invalid' });
    const { artifact } = await running.artifacts.getArtifact({ ...asked, organizationIds: [other] });
    expect(artifact).toEqual(second.artifact);
    const foreign = { ...asked, organizationIds: [uuidv7()] };
    await expect(running.artifacts.getArtifact(foreign)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is refused as soon as it is too large, said or not', async () => {
    const owner = await organization();
    const large = made(signer, randomBytes(MAX_BYTES));
    await expect(send(owner, large)).rejects.toMatchObject(refused('too_large'));
    const said = async function* (): AsyncGenerator<firmware.UploadArtifactRequest> {
      const start = { organizationId: owner, actor: '', expectedBytes: MAX_BYTES + 1 };
      yield { part: { $case: 'start', value: start } };
    };
    await expect(running.artifacts.uploadArtifact(said())).rejects.toMatchObject(refused('too_large'));
  });

  it('is nothing when it is cut off', async () => {
    const owner = await organization();
    const cut = parts(owner, made(signer, randomBytes(500_000)), { end: false });
    await expect(running.artifacts.uploadArtifact(cut)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await list(owner)).toEqual([]);
  });

  it.each<[string, firmware.UploadArtifactRequest[]]>([
    ['nothing', []],
    ['no start', [{ part: { $case: 'end', value: {} } }]],
    [
      'no organization',
      [{ part: { $case: 'start', value: { organizationId: 'x', actor: '', expectedBytes: 0 } } }],
    ],
    ['no part', [{}]],
  ])('is refused that begins with %s', async (_what, messages) => {
    const sent = async function* () {
      yield* messages;
    };
    await expect(running.artifacts.uploadArtifact(sent())).rejects.toMatchObject({ code: 'invalid' });
  });

  it('waits for others when there are too many, and leaves nothing on the disk', async () => {
    const owners = await Promise.all([organization(), organization(), organization()]);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = async function* (owner: string): AsyncGenerator<firmware.UploadArtifactRequest> {
      for await (const part of parts(owner, made(signer, randomBytes(1_000)))) {
        if (part.part?.$case === 'end') await gate;
        yield part;
      }
    };
    const hold = (owner = '') => [1, 2].map(() => running.artifacts.uploadArtifact(held(owner)));
    const tooMany = (owner = '') =>
      eventually(async () => {
        const further = send(owner, made(signer, randomBytes(10))).catch((error: unknown) => error);
        return isFault(await further, 'exhausted');
      });
    const [one, two, three] = owners;
    const first = hold(one);
    await tooMany(one);
    await send(two ?? '', made(signer, randomBytes(10)));
    const second = hold(two);
    await tooMany(three);
    release();
    await Promise.all([...first, ...second]);
    for (const owner of owners) await send(owner, made(signer, randomBytes(10)));
    expect(readdirSync(spool)).toEqual([]);
  });
});

describe('a firmware', () => {
  it('is listed with others page by page, newest first, and by product', async () => {
    const owner = await organization();
    const versions = ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.0.1'];
    for (const version of versions) await send(owner, made(signer, randomBytes(10), version));
    const seen: string[] = [];
    for (let cursor = '', more = true; more; more = cursor !== '') {
      const page = await running.artifacts.listArtifacts({
        ...{ organizationIds: [owner], product: 'made', limit: 2, cursor },
      });
      seen.push(...page.items.map(({ version }) => version));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(versions.toReversed());
    const none = { organizationIds: [owner], product: 'other', limit: 0, cursor: '' };
    expect((await running.artifacts.listArtifacts(none)).items).toEqual([]);
    const malformed = { ...none, cursor: 'x' };
    await expect(running.artifacts.listArtifacts(malformed)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('is not deleted while something refers to it', async () => {
    const owner = await organization();
    const { artifact } = await send(owner, made(signer, randomBytes(10)));
    if (artifact === undefined) throw new Error('nothing was taken');
    await pool.query('CREATE TABLE referrer (artifact_id uuid REFERENCES artifact (id))');
    await pool.query('INSERT INTO referrer VALUES ($1)', [artifact.id]);
    const request = { organizationIds: [owner], uuid: artifact.uuid, actor: 'tester' };
    await expect(running.artifacts.deleteArtifact(request)).rejects.toMatchObject({ code: 'conflict' });
    expect(await list(owner)).toHaveLength(1);
    await pool.query('DELETE FROM referrer');
    await running.artifacts.deleteArtifact(request);
    expect(await list(owner)).toEqual([]);
    await expect(running.artifacts.deleteArtifact(request)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is uploaded again after it was deleted', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(10));
    const { artifact } = await send(owner, file);
    const request = { organizationIds: [owner], uuid: artifact?.uuid ?? '', actor: 'tester' };
    await running.artifacts.deleteArtifact(request);
    expect((await send(owner, file)).existed).toBe(false);
  });
});

describe('an object', () => {
  it('is removed an hour after its firmware, and one that was abandoned as well', async () => {
    const owner = await organization();
    const file = made(signer, randomBytes(1_000));
    const { artifact } = await send(owner, file);
    if (artifact === undefined) throw new Error('nothing was taken');
    const abandoned = uuidv7();
    const bus = await connectBus({ url: running.nats.url, name: 'test' });
    const objects = objectBucket(bus, firmwareBucket);
    const content = async (key: string, bytes: number) => {
      const seen: Uint8Array[] = [];
      const range = { from: 0, to: bytes };
      for await (const each of objects.read(key, bytes, range, new AbortController().signal)) seen.push(each);
      return Buffer.concat(seen);
    };
    const once = async function* () {
      yield Buffer.from('half');
    };
    await objects.put(abandoned, once(), 4, new AbortController().signal);
    const later = new Date(clock.nowMs + 60 * 60_000 - 1);
    await pool.query('INSERT INTO object_removal VALUES ($1, $2, $3)', [abandoned, 4, later]);
    await running.artifacts.deleteArtifact({ organizationIds: [owner], uuid: artifact.uuid, actor: '' });
    expect(sha256(await content(artifact.id, file.length))).toBe(artifact.sha256);
    const gone = (key: string, bytes: number) =>
      content(key, bytes).then(
        () => false,
        (error: unknown) => isFault(error, 'not_found'),
      );
    const database = openDatabase(pool);
    const hourMs = 60 * 60_000;
    await sweep(database, objects, clock.nowMs + hourMs - 1);
    expect([await gone(artifact.id, file.length), await gone(abandoned, 4)]).toEqual([false, true]);
    await sweep(database, objects, clock.nowMs + hourMs);
    expect(await gone(artifact.id, file.length)).toBe(true);
    const left = 'SELECT key FROM object_removal WHERE key = ANY ($1::uuid[])';
    expect((await pool.query(left, [[artifact.id, abandoned]])).rows).toEqual([]);
    await bus.close();
  });
});
