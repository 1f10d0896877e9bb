// One suite for every place where firmware files may lie: a bucket of NATS, and, where one is given, of S3.
import { createHash, randomBytes } from 'node:crypto';
import { testNats } from '@mooring/harness';
import { buckets } from '@mooring/proto';
import { applyStreams, type Bus, connectBus, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config } from '../src/config.js';
import type { ArtifactStorage } from '../src/storage/artifact-storage.js';
import { openStorage } from '../src/storage/open-storage.js';

// A service that speaks S3, with the bucket mooring-test; without it only NATS is tested.
const s3 = process.env['MOORING_TEST_S3'];
const MIB = 1024 ** 2;
const signal = new AbortController().signal;
const needed = {
  FIRMWARE_POSTGRES_URL: 'postgresql://unused',
  FIRMWARE_SECRET: randomBytes(32).toString('base64'),
};
const inS3 = {
  FIRMWARE_STORAGE: 's3',
  FIRMWARE_S3_ENDPOINT: s3 ?? '',
  FIRMWARE_S3_BUCKET: 'mooring-test',
  FIRMWARE_S3_PATH_STYLE: 'true',
  FIRMWARE_S3_ACCESS_KEY: process.env['MOORING_TEST_S3_ACCESS_KEY'] ?? 'test',
  FIRMWARE_S3_SECRET_KEY: process.env['MOORING_TEST_S3_SECRET_KEY'] ?? 'test',
};
const places: [string, Record<string, string>][] = [
  ['nats', {}],
  ...(s3 ? [['s3', inS3] as [string, typeof inS3]] : []),
];

let nats: Awaited<ReturnType<typeof testNats>>;
let bus: Bus;

beforeAll(async () => {
  nats = await testNats();
  await applyStreams(nats.url, [], buckets);
  bus = await connectBus({ url: nats.url, name: 'test' });
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.each(places)('storage in %s', (_name, env) => {
  let storage: ArtifactStorage;
  beforeAll(async () => {
    storage = await openStorage(config.load({ ...needed, ...env }), bus);
  });

  const put = (key: string, bytes: Uint8Array) => storage.put(key, pieces(bytes), bytes.length, signal);
  const read = async (key: string, bytes: number, from = 0, to = bytes): Promise<Buffer> => {
    const seen: Uint8Array[] = [];
    for await (const each of storage.read(key, bytes, { from, to }, signal)) seen.push(each);
    return Buffer.concat(seen);
  };

  it('gives back what was put, whole and in ranges', async () => {
    const bytes = randomBytes(2 * MIB + 4_321);
    const key = uuidv7();
    await put(key, bytes);
    expect(hash(await read(key, bytes.length))).toBe(hash(bytes));
    const ranges = [
      [0, 2],
      [MIB - 1, MIB + 1],
      [1, bytes.length],
      [bytes.length - 1, bytes.length],
      [5, 5],
    ] as const;
    for (const [from, to] of ranges) {
      const range = await read(key, bytes.length, from, to);
      expect([from, to, hash(range)]).toEqual([from, to, hash(bytes.subarray(from, to))]);
    }
  });

  it('has nothing of what was removed, or never put', async () => {
    const key = uuidv7();
    await put(key, randomBytes(10));
    await storage.remove(key, 10);
    await expect(read(key, 10)).rejects.toMatchObject({ code: 'not_found' });
    await storage.remove(key, 10);
    await expect(read(uuidv7(), 10)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('fails with the source, and may be read no further than wanted', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(1_000);
      throw new Error('the source broke off');
    };
    await expect(storage.put(uuidv7(), failing(), 2_000, signal)).rejects.toThrow('the source broke off');
    const key = uuidv7();
    await put(key, randomBytes(2 * MIB));
    for await (const piece of storage.read(key, 2 * MIB, { from: 0, to: 2 * MIB }, signal)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await storage.remove(key, 2 * MIB);
  });

  it('ends with the signal', async () => {
    const key = uuidv7();
    await put(key, randomBytes(3 * MIB));
    const abort = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const _ of storage.read(key, 3 * MIB, { from: 0, to: 3 * MIB }, abort.signal)) abort.abort();
    };
    await expect(reading()).rejects.toThrow();
    await storage.remove(key, 3 * MIB);
  });
});

it('is unavailable in an S3 that does not answer', async () => {
  const away = { ...inS3, FIRMWARE_S3_ENDPOINT: 'http://127.0.0.1:1' };
  const opening = openStorage(config.load({ ...needed, ...away }), bus);
  await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
});
