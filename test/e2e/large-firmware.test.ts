// A firmware of 200 MB goes up through the API and down to a device, none of the processes ever holding it; a download that
// breaks off in the middle goes on where it was.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FIRMWARE_BLOCK_BYTES, FirmwareFile, FirmwareSigner } from '@mooring/harness';
import { every } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FirmwareView, trust, upload } from './_firmware.js';
import { startTestStack, type TestStack } from './_stack.js';

const MB = 1_000_000;
const BYTES = 200 * MB;
const PARTS = ['api', 'firmware-update'] as const;
/** What a process may grow by: code that is compiled on the way, buffers of sockets and of the bucket; not the file. */
const GROWTH = 100 * MB;

let mooring: TestStack;
let large: FirmwareFile;
let firmware: FirmwareView;

beforeAll(async () => {
  mooring = await startTestStack({ edges: 1 });
  const signer = new FirmwareSigner();
  await trust(mooring, signer);
  // What is compiled and allocated once is there before anything is measured.
  await download(await upload(mooring, new FirmwareFile({ signer, blocks: 100 })));
  const blocks = Math.ceil(BYTES / FIRMWARE_BLOCK_BYTES);
  large = new FirmwareFile({ signer, blocks, metadata: { version: '2.0.0' } });
});
afterAll(() => mooring?.stop());

/** Bytes of memory that each process has from the system, by part, and the most of them that were seen. */
class Memory {
  readonly #before: readonly number[];
  readonly #most: number[];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor() {
    this.#before = this.#now();
    this.#most = [...this.#before];
    this.#done = every(50, () => this.#look(), this.#stop.signal);
  }

  /** By how much each has grown at most. */
  async grown(): Promise<number[]> {
    this.#stop.abort();
    await this.#done;
    return this.#most.map((most, index) => most - (this.#before[index] ?? 0));
  }

  #look(): void {
    for (const [index, bytes] of this.#now().entries())
      this.#most[index] = Math.max(this.#most[index] ?? 0, bytes);
  }

  #now(): number[] {
    return PARTS.map((part) => {
      const status = readFileSync(`/proc/${mooring.pid(part)}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    });
  }
}

async function linkOf({ uuid }: FirmwareView): Promise<string> {
  return (await mooring.api.get<{ url: string }>(`/v1/firmware/${uuid}/link`)).url;
}

/** Downloads all of it, or up to `until` bytes; answers the entity tag and how many came. */
async function download(
  view: FirmwareView,
  { headers = {}, until = Number.POSITIVE_INFINITY, took = () => undefined }: Reading = {},
): Promise<{ readonly status: number; readonly etag: string; readonly bytes: number }> {
  const cut = new AbortController();
  const response = await fetch(await linkOf(view), { headers, signal: cut.signal });
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      took(chunk);
      bytes += chunk.length;
      if (bytes >= until) break;
    }
  } finally {
    cut.abort();
  }
  return { status: response.status, etag: response.headers.get('etag') ?? '', bytes };
}

interface Reading {
  readonly headers?: Readonly<Record<string, string>>;
  readonly until?: number;
  readonly took?: (chunk: Uint8Array) => void;
}

describe('a firmware of 200 MB', () => {
  it('goes up with flat memory', { timeout: 300_000 }, async () => {
    expect(large.bytes).toBeGreaterThan(BYTES);
    const memory = new Memory();
    firmware = await upload(mooring, large);
    const grown = await memory.grown();
    expect([firmware.size, firmware.sha256]).toEqual([large.bytes, large.sha256]);
    for (const bytes of grown) expect(bytes).toBeLessThan(GROWTH);
  });

  it('comes down with flat memory, cut off in the middle and resumed', { timeout: 300_000 }, async () => {
    const memory = new Memory();
    const hash = createHash('sha256');
    const took = (chunk: Uint8Array): void => void hash.update(chunk);
    const half = await download(firmware, { until: large.bytes / 2, took });
    expect([half.status, half.bytes < large.bytes]).toEqual([200, true]);
    const headers = { range: `bytes=${half.bytes}-`, 'if-range': half.etag };
    const rest = await download(firmware, { headers, took });
    expect([rest.status, rest.bytes]).toEqual([206, large.bytes - half.bytes]);
    expect(hash.digest('hex')).toBe(firmware.sha256);
    for (const bytes of await memory.grown()) expect(bytes).toBeLessThan(GROWTH);
  });

  it('comes whole to who resumes what was another file', { timeout: 120_000 }, async () => {
    const headers = { range: 'bytes=100-', 'if-range': '"another"' };
    const { status, bytes } = await download(firmware, { headers, until: 1 });
    expect(status).toBe(200);
    expect(bytes).toBeGreaterThan(0);
  });
});
