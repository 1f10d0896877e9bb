// Objects in a bucket of a real server: whole, in ranges, gone, too many, and while the server is away.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  bucket,
  connectBus,
  isFault,
  type ObjectBucket,
  objectBucket,
} from '../src/index.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

const MIB = 1024 ** 2;
const signal = new AbortController().signal;
let server: NatsServer;
let bus: Bus;

beforeAll(async () => {
  server = await NatsServer.start();
  bus = await connectBus({ url: server.url, name: 'test' });
});
afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

async function made(maxBytes = 64 * MIB) {
  const definition = bucket({ name: `test-${randomUUID()}`, maxBytes, why: 'A test.' });
  const applied = await applyStreams(server.url, [], [definition]);
  expect(applied).toEqual([{ name: `OBJ_${definition.name}`, change: 'created' }]);
  return { definition, objects: objectBucket(bus, definition) };
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const put = (objects: ObjectBucket, key: string, bytes: Uint8Array, size = 70_000) =>
  objects.put(key, pieces(bytes, size), bytes.length, signal);

async function read(objects: ObjectBucket, key: string, bytes: number, from = 0, to = bytes) {
  const seen: Uint8Array[] = [];
  for await (const piece of objects.read(key, bytes, { from, to }, signal)) seen.push(piece);
  return Buffer.concat(seen);
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a bucket', () => {
  it.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 12_345])(
    'gives back an object of %d bytes',
    async (length) => {
      const { objects } = await made();
      const bytes = randomBytes(length);
      await put(objects, 'one', bytes);
      expect(hash(await read(objects, 'one', length))).toBe(hash(bytes));
    },
  );

  it('gives back any range', async () => {
    const { objects } = await made();
    const bytes = randomBytes(3 * MIB + 12_345);
    await put(objects, 'one', bytes);
    const ends = [0, 1, 4_096, MIB - 1, MIB, MIB + 1, 2 * MIB + 7, bytes.length - 1, bytes.length];
    for (const from of ends) {
      for (const to of ends.filter((end) => end >= from)) {
        const range = await read(objects, 'one', bytes.length, from, to);
        expect([from, to, hash(range)]).toEqual([from, to, hash(bytes.subarray(from, to))]);
      }
    }
  });

  it('keeps objects apart, whatever their keys', async () => {
    const { objects } = await made();
    const keys = ['a', 'a.0', 'a.00', 'ä/b c*>', 'a'.repeat(200)];
    await Promise.all(keys.map((key, index) => put(objects, key, Buffer.alloc(index + 1, index))));
    for (const [index, key] of keys.entries()) {
      expect(await read(objects, key, index + 1)).toEqual(Buffer.alloc(index + 1, index));
    }
  });

  it('has nothing of an object that was removed, and keeps no trace of it', async () => {
    const { objects } = await made(4 * MIB);
    const bytes = randomBytes(2 * MIB + 5);
    // More in all than there is room for at once.
    for (let round = 0; round < 3; round++) {
      await put(objects, `key ${round}`, bytes);
      await objects.remove(`key ${round}`, bytes.length);
      await expect(read(objects, `key ${round}`, bytes.length)).rejects.toMatchObject({ code: 'not_found' });
    }
    await objects.remove('never there', 10);
  });

  it('says when it is full', async () => {
    const { objects } = await made(2 * MIB);
    await expect(put(objects, 'one', randomBytes(3 * MIB))).rejects.toMatchObject({ code: 'exhausted' });
    await objects.remove('one', 3 * MIB);
    await put(objects, 'two', randomBytes(MIB));
  });

  it('is told when a source has another length than promised', async () => {
    const { objects } = await made();
    const keeping = objects.put('one', pieces(randomBytes(10), 3), 11, signal);
    await expect(keeping).rejects.toMatchObject({ code: 'internal' });
  });

  it('fails with what its source fails with, and ends with its signal', async () => {
    const { objects } = await made();
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(10);
      throw new Error('the source broke off');
    };
    await expect(objects.put('one', failing(), 20, signal)).rejects.toThrow('the source broke off');
    await put(objects, 'two', randomBytes(3 * MIB));
    const abort = new AbortController();
    const reading = objects.read('two', 3 * MIB, { from: 0, to: 3 * MIB }, abort.signal);
    await expect(
      (async () => {
        for await (const _ of reading) abort.abort(new Error('enough'));
      })(),
    ).rejects.toThrow('enough');
  });

  it('is unavailable when nobody applied it', async () => {
    const objects = objectBucket(
      bus,
      bucket({ name: `none-${randomUUID()}`, maxBytes: MIB, why: 'A test.' }),
    );
    const unavailable = (error: unknown) => isFault(error, 'unavailable');
    await expect(objects.verify()).rejects.toSatisfy(unavailable);
    await expect(put(objects, 'one', randomBytes(5))).rejects.toSatisfy(unavailable);
  });

  it('keeps its objects when it is applied again, with another limit', async () => {
    const { definition, objects } = await made(2 * MIB);
    await objects.verify();
    const bytes = randomBytes(MIB);
    await put(objects, 'one', bytes);
    const wider = { ...definition, maxBytes: 4 * MIB };
    await expect(applyStreams(server.url, [], [wider])).resolves.toEqual([
      { name: `OBJ_${definition.name}`, change: 'updated' },
    ]);
    await put(objects, 'two', randomBytes(2 * MIB));
    expect(hash(await read(objects, 'one', MIB))).toBe(hash(bytes));
  });

  it('is there again when the server is', async () => {
    const { objects } = await made();
    const bytes = randomBytes(MIB + 1);
    await put(objects, 'one', bytes);
    await server.kill();
    await expect(read(objects, 'one', bytes.length)).rejects.toSatisfy(
      (error) => isFault(error, 'unavailable') || isFault(error, 'deadline'),
    );
    await server.restart();
    await eventually(
      'it is read again',
      async () => hash(await read(objects, 'one', bytes.length)) === hash(bytes),
    );
  }, 40_000);
});

it('refuses a name that no bucket may have', () => {
  expect(() => bucket({ name: 'Not OK', maxBytes: 1, why: '' })).toThrow(TypeError);
});
