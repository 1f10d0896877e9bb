// Firmware over HTTP, through the API to the real services: as fwup made it, damaged, too large, of others, and large.
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { type Everything, everything } from './_everything.js';
import { fixture } from './_firmware.js';

const MIB = 1024 ** 2;
const MAX_BYTES = 70 * MIB;
let platform: Everything;
let token: string;

beforeAll(async () => {
  platform = await everything('operator@example.test', { FIRMWARE_MAX_BYTES: String(MAX_BYTES) });
  token = await somebody('owner');
  await trust(token, 'demo-key');
});
afterAll(() => platform?.stop());

async function somebody(name: string): Promise<string> {
  const body = { email: `${name}@example.test`, password: 'correct horse' };
  return (await ask(platform.base, 'POST /v1/auth/register', { body })).body.token;
}

async function trust(by: string, key: string, publicKey = fixture(`${key}.pub`).toString()): Promise<void> {
  const body = { name: key, public_key: publicKey };
  const made = await ask(platform.base, 'POST /v1/firmware-keys', { token: by, body });
  expect(made.status).toBe(201);
}

const upload = (body: unknown, by = token, more = '') =>
  ask(platform.base, `POST /v1/firmware${more}`, { token: by, body });
const list = async (by = token) => (await ask(platform.base, 'GET /v1/firmware', { token: by })).body.items;

async function clear(by = token): Promise<void> {
  for (const { uuid } of await list(by)) {
    expect((await ask(platform.base, `DELETE /v1/firmware/${uuid}`, { token: by })).status).toBe(204);
  }
}

/** Uploads what is made as it is sent. */
function stream(source: Iterable<Uint8Array>, by = token, headers: Record<string, string> = {}) {
  return fetch(`${platform.base}/v1/firmware`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/octet-stream', ...headers },
    body: Readable.toWeb(Readable.from(source, { objectMode: false })) as ReadableStream<Uint8Array>,
    duplex: 'half',
  } as RequestInit);
}

describe('an upload', () => {
  it('is answered with what the file is; the same file again with 200', async () => {
    const first = await upload(fixture('demo-1.0.0.fw'));
    expect([first.status, first.body]).toEqual([
      201,
      {
        uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
        organization_id: expect.any(String),
        product: 'demo',
        version: '1.0.0',
        platform: 'rpi0',
        architecture: 'arm',
        author: 'Ron Swanson',
        description: 'Demo firmware ',
        vcs_identifier: '0f1e2d3c',
        misc: 'random data',
        size: 66_675,
        sha256: '2549e840d63df4596660afe37196ff4007d6dbb3507b458752e158e86ea93091',
        signed_by: 'demo-key',
        delta: false,
        made_at: '2023-11-14T22:13:20.000Z',
        uploaded_at: expect.any(String),
      },
    ]);
    const second = await upload(fixture('demo-1.0.0.fw'));
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(await list()).toEqual([first.body]);
    await clear();
    expect(await list()).toEqual([]);
  });

  it.each([
    ['demo-1.0.0-unsigned.fw', 'unsigned'],
    ['demo-1.1.0-rc.1-otherkey.fw', 'bad_signature'],
    ['no-product.fw', 'metadata_incomplete'],
    ['tampered-data.fw', 'hash_mismatch'],
    ['tampered-meta.fw', 'bad_signature'],
    ['truncated.fw', 'not_a_zip'],
  ])('of %s is refused with the word %s', async (name, word) => {
    const { status, body } = await upload(fixture(name));
    expect([status, body.code, body.errors]).toEqual([
      400,
      'invalid',
      [{ field: 'firmware', message: word }],
    ]);
    expect(body.detail).toMatch(/^[A-Z].*\.$/);
    expect(await list()).toEqual([]);
  });

  it('may be a field of a form, after others', async () => {
    const form = new FormData();
    form.append('note', 'from a build');
    form.append('other', new Blob(['x']), 'other.txt');
    form.append('firmware', new Blob([fixture('demo-1.0.0_1.1.0.delta.fw')]), 'demo.fw');
    const { status, body } = await upload(form);
    expect([status, body.version, body.delta]).toEqual([201, '1.1.0', true]);
    await clear();
  });

  it('of a delta is named as such, and found as nothing else where that is asked', async () => {
    const { uuid } = (await upload(fixture('demo-1.0.0_1.1.0.delta.fw'))).body;
    const show = (query: string) => ask(platform.base, `GET /v1/firmware/${uuid}${query}`, { token });
    expect((await show('')).body.delta).toBe(true);
    const statuses = [];
    for (const query of ['?delta=true', '?delta=false', '?delta=x'])
      statuses.push((await show(query)).status);
    expect(statuses).toEqual([200, 404, 400]);
    const remove = (query: string) => ask(platform.base, `DELETE /v1/firmware/${uuid}${query}`, { token });
    expect((await remove('?delta=false')).status).toBe(404);
    expect((await remove('?delta=true')).status).toBe(204);
  });

  it('is refused without a file', async () => {
    const form = new FormData();
    form.append('other', new Blob([fixture('demo-1.0.0.fw')]), 'demo.fw');
    expect((await upload(form)).body.errors[0].field).toBe('firmware');
    expect((await upload(new FormData())).status).toBe(400);
    expect((await upload(new Uint8Array())).status).toBe(400);
    expect((await upload(undefined)).status).toBe(400);
    expect((await upload('{}')).status).toBe(415);
  });

  it('is a conflict when another file has the same uuid', async () => {
    await upload(fixture('demo-1.0.0.fw'));
    const file = fixture('demo-1.0.0.fw');
    // A comment at the end changes the file and nothing that is signed.
    const other = Buffer.concat([file.subarray(0, -2), Buffer.from([1, 0]), Buffer.from('x')]);
    const { status, body } = await upload(other);
    expect([status, body.code]).toEqual([409, 'conflict']);
    await clear();
  });

  it('of a form that breaks off is nothing', async () => {
    const file = fixture('demo-1.0.0.fw');
    const head = '--x\r\nContent-Disposition: form-data; name="firmware"; filename="f"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), file]);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const { status } = await ask(platform.base, 'POST /v1/firmware', { token, body, headers });
    expect(status).toBe(400);
    expect(await list()).toEqual([]);
  });

  it('that its client breaks off is nothing', async () => {
    const file = fixture('demo-1.0.0.fw');
    const socket = connect(Number(new URL(platform.base).port), '127.0.0.1');
    const head = [
      ...['POST /v1/firmware HTTP/1.1', 'Host: x', `Authorization: Bearer ${token}`],
      ...['Content-Type: application/octet-stream', `Content-Length: ${file.length}`, '', ''],
    ];
    socket.write(head.join('\r\n'));
    await new Promise((resolve) => socket.write(file.subarray(0, -1), resolve));
    socket.destroy();
    // It would have been there by the time that a whole one is.
    const { body } = await upload(file);
    expect((await list()).map(({ sha256 }: { sha256: string }) => sha256)).toEqual([body.sha256]);
    await clear();
  });
});

describe('a file that is too large', () => {
  it('is answered 413 before it is sent, when its length is said', async () => {
    const socket = connect(Number(new URL(platform.base).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    const head = [
      ...['POST /v1/firmware HTTP/1.1', 'Host: x', `Authorization: Bearer ${token}`],
      ...['Content-Type: application/octet-stream', `Content-Length: ${MAX_BYTES + 1}`, '', 'P'],
    ];
    socket.write(head.join('\r\n'));
    await eventually(() => answer.includes('too_large'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain(`larger than ${MAX_BYTES} bytes`);
    socket.destroy();
  });

  it('is answered 413 as soon as it is, when its length is not said', async () => {
    const zeros = Buffer.alloc(MIB);
    const endless = (function* () {
      for (let sent = 0; sent < MAX_BYTES + 8 * MIB; sent += MIB) yield zeros;
    })();
    const response = await stream(endless);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([413, 'too_large']);
  }, 60_000);
});

describe('two organizations', () => {
  it('have each their own, and see nothing of the other', async () => {
    const stranger = await somebody('stranger');
    await trust(stranger, 'other-key');
    const { body: mine } = await upload(fixture('demo-1.0.0.fw'));
    expect((await upload(fixture('demo-1.0.0.fw'), stranger)).body.errors[0].message).toBe('bad_signature');
    const { body: theirs } = await upload(fixture('demo-1.1.0-rc.1-otherkey.fw'), stranger);
    expect([theirs.signed_by, theirs.version]).toEqual(['other-key', '1.1.0-rc.1']);
    expect((await list(stranger)).map(({ uuid }: { uuid: string }) => uuid)).toEqual([theirs.uuid]);
    for (const where of ['GET /v1/firmware/', 'DELETE /v1/firmware/']) {
      expect((await ask(platform.base, where + mine.uuid, { token: stranger })).status).toBe(404);
    }
    const link = `GET /v1/firmware/${mine.uuid}/link`;
    expect((await ask(platform.base, link, { token: stranger })).status).toBe(404);
    const named = await upload(fixture('demo-1.0.0.fw'), stranger, `?organization=${mine.organization_id}`);
    expect(named.status).toBe(404);
    await clear();
  });

  it('may hold the same key and the same file', async () => {
    const third = await somebody('third');
    await trust(third, 'demo-key');
    const [mine, theirs] = [
      await upload(fixture('demo-1.0.0.fw')),
      await upload(fixture('demo-1.0.0.fw'), third),
    ];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    await clear();
    expect((await list(third)).length).toBe(1);
  });
});
