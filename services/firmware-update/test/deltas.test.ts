// A firmware and a delta that leads to it, which have one uuid, on a real NATS and Postgres: both are there, and told apart.
import type { firmware } from '@mooring/proto';
import { postgresPool, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../src/uploads/_archive.js';
import { madeWithDelta, parts, sha256, trust } from './_files.js';
import { unset } from './_rollout.js';
import { type Service, service } from './_service.js';

const signer = new Signer();
let running: Service;
let owner: string;
let files: ReturnType<typeof madeWithDelta>;

beforeAll(async () => {
  running = await service();
});
afterAll(() => running?.stop());

/** A new organization that trusts the signer, and two files of one uuid. */
async function anew(): Promise<void> {
  owner = uuidv7();
  await trust(running.artifacts, owner, signer.key.publicKey);
  files = madeWithDelta(signer);
}

async function send(file: Uint8Array): Promise<{ artifact: firmware.Artifact; existed: boolean }> {
  const { artifact, existed } = await running.artifacts.uploadArtifact(parts(owner, file));
  if (artifact === undefined) throw new Error('nothing was taken');
  return { artifact, existed };
}

const list = async () =>
  (
    await running.artifacts.listArtifacts({
      ...{ organizationIds: [owner], product: '', limit: 0, cursor: '' },
    })
  ).items;

describe.each(['delta', 'whole'] as const)('a file whose %s comes first', (first) => {
  let whole: firmware.Artifact;
  let delta: firmware.Artifact;
  const asked = (which?: boolean) => ({ organizationIds: [owner], uuid: whole.uuid, delta: which });
  const found = async (which?: boolean) => (await running.artifacts.getArtifact(asked(which))).artifact;

  beforeAll(async () => {
    await anew();
    await send(files[first]);
    whole = (await send(files.whole)).artifact;
    delta = (await send(files.delta)).artifact;
  });

  it('is there with the other, which is recognised as well', async () => {
    expect([whole.delta, whole.sha256]).toEqual([false, sha256(files.whole)]);
    expect([delta.delta, delta.sha256]).toEqual([true, sha256(files.delta)]);
    expect(delta.uuid).toBe(whole.uuid);
    expect(await list()).toHaveLength(2);
    for (const file of [files.whole, files.delta]) expect((await send(file)).existed).toBe(true);
    expect(await list()).toHaveLength(2);
  });

  it('is meant by its uuid when it is the whole one, or when it is asked for', async () => {
    expect([await found(), await found(false), await found(true)]).toEqual([whole, whole, delta]);
    const links = [asked(), asked(false), asked(true)].map((each) => running.artifacts.linkArtifact(each));
    const [any, ofWhole, ofDelta] = await Promise.all(links);
    expect(any).toEqual(ofWhole);
    expect(ofDelta?.url).not.toBe(ofWhole?.url);
  });

  it('is what deployment groups roll out when it is the whole one', async () => {
    const { group } = await running.groups.createDeploymentGroup({
      ...{ organizationId: owner, actor: 'tester', isActive: false, idempotencyKey: '' },
      settings: { ...unset, name: 'group', product: 'made', firmwareUuid: whole.uuid },
    });
    const pool = postgresPool(running.databaseUrl, { max: 1, name: 'test' });
    const { rows } = await pool.query('SELECT artifact_id FROM deployment_group WHERE id = $1', [group?.id]);
    await pool.end();
    expect(rows).toEqual([{ artifact_id: whole.id }]);
  });

  it('is deleted without the other', async () => {
    await running.artifacts.deleteArtifact({ ...asked(true), actor: 'tester' });
    expect(await list()).toEqual([whole]);
    await expect(found(true)).rejects.toMatchObject({ code: 'not_found' });
    expect((await send(files.delta)).existed).toBe(false);
    // Its group refers to it.
    const removing = running.artifacts.deleteArtifact({ ...asked(), actor: 'tester' });
    await expect(removing).rejects.toMatchObject({ code: 'conflict' });
    expect(await list()).toHaveLength(2);
  });
});

it('both come at once, and both are taken', async () => {
  await anew();
  const taken = await Promise.all([send(files.whole), send(files.delta)]);
  expect(taken.map(({ existed }) => existed)).toEqual([false, false]);
  expect(await list()).toHaveLength(2);
});

it('another delta with the same uuid is a conflict, as another whole file is', async () => {
  await anew();
  for (const file of [files.whole, files.delta]) {
    await send(file);
    // A comment at the end changes the file and nothing that is signed.
    const other = Buffer.concat([file.subarray(0, -2), Buffer.from([1, 0]), Buffer.from('x')]);
    await expect(send(other)).rejects.toMatchObject({ code: 'conflict' });
  }
});
