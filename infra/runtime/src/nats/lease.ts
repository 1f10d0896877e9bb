// Owns leases: keys that lapse unless they are put again, in a KV bucket with a time to live.
import { type JetStreamClient, type JetStreamManager, StorageType } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Lease } from './bus.js';
import { replicasOn } from './replicas.js';
import { token, untoken } from './token.js';

/** What a lease needs of the connection that it is on. */
export interface LeaseConnection {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  manager(): Promise<JetStreamManager>;
  waitFor<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** A lease over a NATS bucket. */
export class KvLease implements Lease {
  readonly #bus: LeaseConnection;
  readonly #bucket: string;
  readonly #ttlMs: number;
  #kv: KV | undefined;

  private constructor(bus: LeaseConnection, bucket: string, ttlMs: number) {
    this.#bus = bus;
    this.#bucket = bucket;
    this.#ttlMs = ttlMs;
  }

  /** Makes the bucket, or gives an existing one this time to live. */
  static async open(bus: LeaseConnection, bucket: string, ttlMs: number): Promise<KvLease> {
    const lease = new KvLease(bus, bucket, ttlMs);
    await lease.#with((kv) => kv.status());
    return lease;
  }

  async put(key: string, value: string): Promise<void> {
    await this.#with((kv) => kv.put(token(key), value));
  }

  async get(key: string): Promise<string | undefined> {
    const entry = await this.#with((kv) => kv.get(token(key)));
    return entry?.operation === 'PUT' ? entry.string() : undefined;
  }

  async list(): Promise<Map<string, string>> {
    const keys = await this.#with(() => this.#keys());
    const values = await Promise.all(keys.map(async (key) => [key, await this.get(key)] as const));
    return new Map(values.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
  }

  async delete(key: string): Promise<void> {
    await this.#with((kv) => kv.delete(token(key)));
  }

  // One question to the stream; the client's own key listing makes and deletes a consumer each time.
  async #keys(): Promise<string[]> {
    const prefix = `$KV.${this.#bucket}.`;
    const manager = await this.#bus.manager();
    const info = await manager.streams.info(`KV_${this.#bucket}`, { subjects_filter: `${prefix}>` });
    const subjects = Object.keys(info.state.subjects ?? {});
    return subjects.flatMap((name) => untoken(name.slice(prefix.length)) ?? []);
  }

  #with<T>(work: (kv: KV) => Promise<T>): Promise<T> {
    return this.#bus.waitFor(`lease ${this.#bucket}`, async () => {
      try {
        this.#kv ??= await this.#open();
        return await work(this.#kv);
      } catch (error) {
        // A server that came back without its disk has no bucket: the next call makes it anew.
        this.#kv = undefined;
        throw error;
      }
    });
  }

  async #open(): Promise<KV> {
    const { js } = this.#bus;
    const kv = await new Kvm(js).create(this.#bucket, {
      ttl: this.#ttlMs,
      history: 1,
      storage: StorageType.File,
      replicas: replicasOn(this.#bus.nats),
    });
    await this.#setTtl();
    return kv;
  }

  async #setTtl(): Promise<void> {
    const { streams } = await this.#bus.manager();
    const { config } = await streams.info(`KV_${this.#bucket}`);
    const maxAge = nanos(this.#ttlMs);
    if (config.max_age === maxAge) return;
    const window = Math.min(config.duplicate_window, maxAge);
    await streams.update(config.name, { max_age: maxAge, duplicate_window: window });
  }
}
