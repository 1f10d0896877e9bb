// Downloads by signed links, on a real NATS and Postgres: whole, in ranges, cut off, too late, too slow, too many.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { eventually } from '@mooring/harness';
import type { firmware } from '@mooring/proto';
import { exposition, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenOf } from '../src/domain/link.js';
import { Signer } from '../src/uploads/_archive.js';
import { made, parts, sha256, trust } from './_files.js';
import { type Service, service } from './_service.js';

const HOUR_MS = 3_600_000;
// So much that no buffer on the way holds it.
const LARGE_BYTES = 24_000_000;
const clock = { nowMs: Date.parse('2026-11-21T12:30:00Z'), now: () => clock.nowMs };
const owner = uuidv7();
const signer = new Signer();
const file = made(signer, randomBytes(3_000_000), '1.0.0');
let running: Service;
let artifact: firmware.Artifact;
let path: string;

async function upload(bytes: Uint8Array): Promise<firmware.Artifact> {
  const { artifact: taken } = await running.artifacts.uploadArtifact(parts(owner, bytes));
  if (taken === undefined) throw new Error('nothing was taken');
  return taken;
}

/** The path of a link to a firmware, wherever the server of this test listens. */
async function linkTo(uuid: string): Promise<string> {
  const { url } = await running.artifacts.linkArtifact({ organizationIds: [owner], uuid });
  return new URL(url).pathname;
}

beforeAll(async () => {
  const env = { FIRMWARE_DOWNLOADS: '2', FIRMWARE_DOWNLOAD_STALL_S: '1' };
  running = await service(env, { clock });
  await trust(running.artifacts, owner, signer.key.publicKey);
  artifact = await upload(file);
  path = await linkTo(artifact.uuid);
});
afterAll(() => running?.stop());

const get = (headers: Record<string, string> = {}, method = 'GET', at = path) =>
  fetch(running.base + at, { method, headers });
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** A client that asks for everything and reads nothing. */
async function staring(at: string): Promise<Socket> {
  const socket = connect(Number(new URL(running.base).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${at} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise<void>((resolve) => {
    socket.once('data', () => {
      socket.pause();
      resolve();
    });
  });
  return socket;
}

describe('a link', () => {
  it('begins as configured, is good for a day and the same for an hour', async () => {
    const request = { organizationIds: [owner], uuid: artifact.uuid };
    const first = await running.artifacts.linkArtifact(request);
    expect(first.url).toMatch(/^http:\/\/files\.example\.test\/firmware\/[A-Za-z0-9_-]{72}$/);
    expect(first.expiresAtMs).toBe(Date.parse('2026-11-22T13:00:00Z'));
    clock.nowMs += 10 * 60_000;
    expect(await running.artifacts.linkArtifact(request)).toEqual(first);
    clock.nowMs -= 10 * 60_000;
  });

  it('is given to nobody else', async () => {
    const asking = running.artifacts.linkArtifact({ organizationIds: [uuidv7()], uuid: artifact.uuid });
    await expect(asking).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is gone when it has expired, and not before', async () => {
    const expiresAtMs = Date.parse('2026-11-22T13:00:00Z');
    const before = clock.nowMs;
    clock.nowMs = expiresAtMs - 1;
    expect((await get({}, 'HEAD')).status).toBe(200);
    clock.nowMs = expiresAtMs;
    const late = await get();
    expect([late.status, late.headers.get('cache-control')]).toEqual([410, 'no-store']);
    clock.nowMs = before;
  });

  it('leads nowhere when it was changed, forged, or names what is not there', async () => {
    const token = path.slice('/firmware/'.length);
    const expiresAtMs = clock.nowMs + HOUR_MS;
    const forged = tokenOf(randomBytes(32), { artifactId: artifact.id, expiresAtMs });
    const unknown = tokenOf(running.secret, { artifactId: uuidv7(), expiresAtMs });
    const changed = `${token.slice(0, 30)}${token[30] === 'A' ? 'B' : 'A'}${token.slice(31)}`;
    for (const at of [forged, unknown, changed, '', `${token}/x`, `${token}x`, `../${token}`]) {
      expect([at, (await get({}, 'GET', `/firmware/${at}`)).status]).toEqual([at, 404]);
    }
    expect((await get({}, 'GET', '/')).status).toBe(404);
  });

  it('leads nowhere when its firmware was deleted', async () => {
    const other = await upload(made(signer, randomBytes(10)));
    const at = await linkTo(other.uuid);
    expect((await get({}, 'GET', at)).status).toBe(200);
    await running.artifacts.deleteArtifact({ organizationIds: [owner], uuid: other.uuid, actor: '' });
    expect((await get({}, 'GET', at)).status).toBe(404);
  });
});

describe('a download', () => {
  it('is the file, with what a cache and a client need to know', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': String(file.length),
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="made-1.0.0.fw"',
      'accept-ranges': 'bytes',
      etag: `"${artifact.sha256}"`,
      'last-modified': 'Sat, 21 Nov 2026 12:30:00 GMT',
      'cache-control': `public, max-age=${(24.5 * HOUR_MS) / 1_000}, immutable`,
    });
    expect(sha256(await bytesOf(response))).toBe(artifact.sha256);
  });

  it('is announced by HEAD, without a body', async () => {
    const response = await get({}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(file.length)]);
    expect((await bytesOf(response)).length).toBe(0);
    const part = await get({ range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=1048570-1048585', 1_048_570, 1_048_586],
    ['bytes=2000000-', 2_000_000, file.length],
    ['bytes=-1000', file.length - 1_000, file.length],
    [`bytes=${file.length - 1}-${file.length + 1_000}`, file.length - 1, file.length],
  ])('is a part under %s', async (range, from, to) => {
    const response = await get({ range });
    expect([response.status, response.headers.get('content-range')]).toEqual([
      206,
      `bytes ${from}-${to - 1}/${file.length}`,
    ]);
    expect(sha256(await bytesOf(response))).toBe(sha256(file.subarray(from, to)));
  });

  it('is nothing for a range behind its end, and everything for several ranges', async () => {
    const behind = await get({ range: `bytes=${file.length}-` });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${file.length}`]);
    const several = await get({ range: 'bytes=0-1,5-6' });
    expect([several.status, (await bytesOf(several)).length]).toEqual([200, file.length]);
  });

  it('goes on where it was cut off, if it is still the same file', async () => {
    const half = Math.floor(file.length / 2);
    const cut = new AbortController();
    const seen: Buffer[] = [];
    let length = 0;
    const response = await fetch(running.base + path, { signal: cut.signal });
    await expect(
      (async () => {
        for await (const chunk of response.body ?? []) {
          seen.push(Buffer.from(chunk));
          length += chunk.length;
          if (length >= half) cut.abort();
        }
      })(),
    ).rejects.toThrow();
    const range = `bytes=${length}-`;
    const rest = await get({ range, 'if-range': response.headers.get('etag') ?? '' });
    expect(rest.status).toBe(206);
    expect(sha256(Buffer.concat([...seen, await bytesOf(rest)]))).toBe(artifact.sha256);
    const other = await get({ range, 'if-range': '"another file"' });
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, file.length]);
  });

  it('is not sent again to who has it', async () => {
    const response = await get({ 'if-none-match': `"x", W/"${artifact.sha256}"` });
    expect([response.status, (await bytesOf(response)).length]).toEqual([304, 0]);
  });

  it('takes no other method', async () => {
    const response = await get({}, 'POST');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is one of a few at once; a slow reader does not keep its place', async () => {
    const at = await linkTo((await upload(made(signer, randomBytes(LARGE_BYTES)))).uuid);
    const sockets = await Promise.all([staring(at), staring(at)]);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    // It waits for the place of one of them.
    expect(sha256(await bytesOf(await get()))).toBe(artifact.sha256);
    await eventually(async () => {
      const { body } = await exposition(false);
      expect(body).toMatch(/mooring_firmware_downloads_total\{outcome="slow"\} 2/);
      expect(body).toContain('mooring_firmware_downloads_running 0');
      return true;
    });
    // Whoever reads nothing sees only by reading that it was cut off.
    for (const socket of sockets) socket.resume();
    await Promise.all(closed);
  }, 60_000);

  it('is told to come again while the store is away', async () => {
    await running.nats.kill();
    const away = await get();
    expect([away.status, away.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
    await running.nats.restart();
    const again = await eventually(
      async () => {
        const response = await get();
        return response.status === 200 && response;
      },
      { withinMs: 20_000 },
    );
    expect(sha256(await bytesOf(again))).toBe(artifact.sha256);
  }, 60_000);
});
