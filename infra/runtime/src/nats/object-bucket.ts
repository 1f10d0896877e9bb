// Keeps large objects in a NATS bucket, in parts that are small enough to hold in memory and to begin in the middle of.
import { type ObjectStore, Objm } from '@nats-io/obj';
import { deadline } from '../clock.js';
import { Fault } from '../fault.js';
import type { BucketDefinition } from './bucket.js';
import { streamOfBucket } from './bucket.js';
import type { Bus } from './bus.js';
import type { ConnectedBus } from './connected-bus.js';
import { connectionOf } from './connection-of.js';

// What one reader holds at a time. Smaller ones cost more: each has a consumer of its own while it is read.
const PART_BYTES = 1024 * 1024;
const CHUNK_BYTES = 128 * 1024;
const PART_MS = 30_000;
const API_MS = 5_000;

/** Bytes from `from` up to but not including `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Objects by key; a key is written once. Whoever keeps them knows how many bytes each has. Every call throws Fault
 * `unavailable` or `deadline`.
 */
export interface ObjectBucket {
  /** Fault `unavailable` when the bucket does not exist. */
  verify(): Promise<void>;
  /**
   * Keeps all that `source` yields, which must be `bytes` bytes. Fault `exhausted` when the bucket is full, `internal`
   * when it is another number. What was kept before a failure stays until it is removed.
   */
  put(key: string, source: AsyncIterable<Uint8Array>, bytes: number, signal: AbortSignal): Promise<void>;
  /** The range, of an object of `bytes` bytes, no faster than it is taken. Fault `not_found` when it is not there. */
  read(key: string, bytes: number, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Removes what is there of an object of `bytes` bytes, and nothing when there is nothing. */
  remove(key: string, bytes: number): Promise<void>;
}

/** The bucket on this bus; it must have been applied. */
export function objectBucket(bus: Bus, { name }: BucketDefinition): ObjectBucket {
  return new NatsBucket(connectionOf(bus), name);
}

class NatsBucket implements ObjectBucket {
  readonly #bus: ConnectedBus;
  readonly #name: string;
  #store: ObjectStore | undefined;

  constructor(bus: ConnectedBus, name: string) {
    this.#bus = bus;
    this.#name = name;
  }

  async verify(): Promise<void> {
    await this.#with('verifying', API_MS, (store) => store.status());
  }

  async put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    let kept = 0;
    for await (const part of partsOf(source)) {
      signal.throwIfAborted();
      const name = partName(key, kept / PART_BYTES);
      await this.#with(`keeping ${name}`, PART_MS, (store) => putPart(store, name, part));
      kept += part.length;
    }
    if (kept !== bytes) throw new Fault('internal', `${key} has ${kept} bytes instead of ${bytes}`);
  }

  async *read(
    key: string,
    bytes: number,
    { from, to }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const end = Math.min(to, bytes);
    for (let at = from; at < end; ) {
      signal.throwIfAborted();
      const index = Math.floor(at / PART_BYTES);
      const begin = index * PART_BYTES;
      const name = partName(key, index);
      const part = await this.#with(`reading ${name}`, PART_MS, (store) => getPart(store, name));
      if (part.length !== Math.min(PART_BYTES, bytes - begin)) {
        throw new Fault('internal', `${name} has ${part.length} bytes`);
      }
      yield part.subarray(at - begin, end - begin);
      at = begin + part.length;
    }
  }

  async remove(key: string, bytes: number): Promise<void> {
    const parts = Math.max(1, Math.ceil(bytes / PART_BYTES));
    for (let index = 0; index < parts; index++) {
      const name = partName(key, index);
      await this.#with(`removing ${name}`, PART_MS, async (store) => {
        await store.delete(name);
        // What the store leaves behind is a mark that there was something, which nobody asks for.
        const { streams } = await this.#bus.manager();
        const filter = `$O.${this.#name}.M.${base64Url(name)}`;
        await streams.purge(streamOfBucket(this.#name), { filter });
      });
    }
  }

  #with<T>(what: string, withinMs: number, work: (store: ObjectStore) => Promise<T>): Promise<T> {
    const label = `${what} in bucket ${this.#name}`;
    const run = async (): Promise<T> => {
      this.#store ??= await new Objm(this.#bus.js).open(this.#name, false);
      return work(this.#store);
    };
    return this.#bus.waitFor(label, () => deadline(run(), withinMs, label));
  }
}

/** Pieces of any size as pieces of `PART_BYTES` and a last one that is not longer. */
async function* partsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const taken = Math.min(PART_BYTES - filled, piece.length - at);
      part.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < PART_BYTES) continue;
      yield part;
      part = Buffer.allocUnsafe(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

async function putPart(store: ObjectStore, name: string, part: Uint8Array): Promise<void> {
  try {
    await store.putBlob({ name, options: { max_chunk_size: CHUNK_BYTES } }, part, { timeout: API_MS });
  } catch (error) {
    if (error instanceof Error && /maximum bytes exceeded|insufficient .*resources/.test(error.message)) {
      throw new Fault('exhausted', 'there is no room left for objects', { cause: error });
    }
    throw error;
  }
}

async function getPart(store: ObjectStore, name: string): Promise<Uint8Array> {
  const part = await store.getBlob(name);
  if (part === null) throw new Fault('not_found', `there is no ${name}`);
  return part;
}

function partName(key: string, index: number): string {
  return `${key}.${index}`;
}

/** As the object store encodes names in subjects: with padding. */
function base64Url(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
