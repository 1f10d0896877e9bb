// A large firmware over HTTP, through the API to the real services and back, with an eye on memory.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FirmwareFile, FirmwareSigner } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { type Everything, everything } from './_everything.js';

const MIB = 1024 ** 2;
let platform: Everything;
let token: string;

beforeAll(async () => {
  platform = await everything('operator@example.test');
  const body = { email: 'owner@example.test', password: 'correct horse' };
  token = (await ask(platform.base, 'POST /v1/auth/register', { body })).body.token;
});
afterAll(() => platform?.stop());

interface Made {
  readonly uuid: string;
  readonly sha256: string;
  readonly size: number;
}

/** Uploads no faster than is read: `fetch` would take in all that a generator yields. */
async function send(content: Iterable<Uint8Array>, bytes: number): Promise<{ status: number; made: Made }> {
  const sending = request(`${platform.base}/v1/firmware`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'content-length': bytes,
    },
  });
  const answered = once(sending, 'response');
  await pipeline(Readable.from(content, { objectMode: false }), sending);
  const [response]: [IncomingMessage] = (await answered) as [IncomingMessage];
  return { status: response.statusCode ?? 0, made: JSON.parse(await text(response)) };
}

/** Looks at how much memory the process has, whenever so many bytes have passed, without what is garbage. */
class Memory {
  readonly #collect: () => void;
  readonly #before: ReturnType<typeof sizes>;
  #passed = 0;
  #rss = 0;
  #live = 0;
  looks = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc');
    this.#collect();
    this.#before = sizes();
  }

  look(bytes: number): void {
    this.#passed += bytes;
    if (this.#passed < 4 * MIB) return;
    this.#passed = 0;
    this.#collect();
    const { rss, live } = sizes();
    this.#rss = Math.max(this.#rss, rss);
    this.#live = Math.max(this.#live, live);
    this.looks++;
  }

  /** By how many bytes it grew at most: what somebody holds, and what the process has from the system. */
  get grown(): ReturnType<typeof sizes> {
    return { rss: this.#rss - this.#before.rss, live: this.#live - this.#before.live };
  }
}

function sizes() {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, live: heapUsed + arrayBuffers };
}

describe('a large file', () => {
  it('goes up and down without being in memory, also when it is cut off in the middle', async () => {
    const signer = new FirmwareSigner();
    const large = new FirmwareFile({ signer, blocks: 960 });
    expect(large.bytes).toBeGreaterThan(60 * MIB - 1);
    const key = { name: 'large', public_key: signer.publicKey };
    expect((await ask(platform.base, 'POST /v1/firmware-keys', { token, body: key })).status).toBe(201);
    const memory = new Memory();
    const look = (chunk: Uint8Array): void => memory.look(chunk.length);
    const watched = (function* () {
      for (const chunk of large.content()) {
        look(chunk);
        yield chunk;
      }
    })();
    const { status, made } = await send(watched, large.bytes);
    expect([status, made.size, made.sha256]).toEqual([201, large.bytes, large.sha256]);
    const { body } = await ask(platform.base, `GET /v1/firmware/${made.uuid}/link`, { token });
    const hash = createHash('sha256');
    const half = Math.floor(large.bytes / 2);
    const cut = new AbortController();
    let got = 0;
    const first = await fetch(body.url, { signal: cut.signal });
    try {
      for await (const chunk of first.body ?? []) {
        hash.update(chunk);
        got += chunk.length;
        look(chunk);
        if (got >= half) break;
      }
    } finally {
      cut.abort();
    }
    const headers = { range: `bytes=${got}-`, 'if-range': first.headers.get('etag') ?? '' };
    const rest = await fetch(body.url, { headers });
    expect([rest.status, rest.headers.get('content-length')]).toEqual([206, String(large.bytes - got)]);
    for await (const chunk of rest.body ?? []) {
      hash.update(chunk);
      look(chunk);
    }
    expect(hash.digest('hex')).toBe(large.sha256);
    expect(memory.looks).toBeGreaterThan(20);
    // Anything on the way that held all of the file would add 60 MiB.
    expect(memory.grown.live).toBeLessThan(30 * MIB);
    // Code that is compiled and memory that is not given back at once are in it as well.
    expect(memory.grown.rss).toBeLessThan(100 * MIB);
  }, 120_000);
});
