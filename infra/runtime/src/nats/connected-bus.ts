// The bus over one NATS connection: sends, asks and persists, and knows at every moment whether it is connected.
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { deadline } from '../clock.js';
import { Fault } from '../fault.js';
import { logger } from '../log.js';
import type { Bus, Lease, Persisted, PersistOptions, QueueOptions, Subscription } from './bus.js';
import { sending } from './context.js';
import { natsFault, replyFault } from './fault.js';
import { KvLease } from './lease.js';
import { connectedGauge, droppedTotal, persistSeconds } from './metrics.js';
import type { Params, Rpc, Subject } from './subject.js';
import { respond, subscribe } from './subscribe.js';

const log = logger('nats');
const PERSIST_MS = 5_000;
const CLOSE_MS = 5_000;
const API_MS = 5_000;

// What a dead letter adds in headers (at most 2 KiB of reason and names) must still fit next to the message.
const RESERVED_BYTES = 4_096;
const SMALLEST_PAYLOAD = 1_048_576;

/** The one implementation of Bus. */
export class ConnectedBus implements Bus {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  #connectedSinceMs: number | undefined = Date.now();
  readonly #onReconnect: (() => void)[] = [];
  // Who waits for an answer; told when the connection breaks, because the answer cannot come any more.
  readonly #waiting = new Set<(fault: Fault) => void>();
  #manager: JetStreamManager | undefined;

  constructor(nats: NatsConnection) {
    this.nats = nats;
    this.js = jetstream(nats, { timeout: API_MS });
    connectedGauge().set(1);
    this.#watch().catch((error: unknown) => log.error({ err: error }, 'NATS status is lost'));
  }

  get connected(): boolean {
    return this.#connectedSinceMs !== undefined;
  }

  get connectedSinceMs(): number | undefined {
    return this.#connectedSinceMs;
  }

  onReconnect(fn: () => void): void {
    this.#onReconnect.push(fn);
  }

  /** The administrative side of JetStream. Faults as `persist`. */
  async manager(): Promise<JetStreamManager> {
    this.#manager ??= await jetstreamManager(this.nats, { checkAPI: false, timeout: API_MS });
    return this.#manager;
  }

  publish<S extends string, T>(subject: Subject<S, T>, params: Params<S>, message: T): void {
    const data = subject.codec.encode(message).finish();
    this.#refuseTooLarge(subject.template, data);
    if (!this.connected) {
      // The client would keep it in an unbounded buffer and throw the buffer away when it connects.
      droppedTotal.inc({ subject: subject.template, reason: 'disconnected' });
      return;
    }
    sending(`publish ${subject.template}`, SpanKind.PRODUCER, (carried) =>
      this.nats.publish(subject.of(params), data, carried === undefined ? {} : { headers: carried }),
    );
  }

  persist<S extends string, T>(
    subject: Subject<S, T>,
    params: Params<S>,
    message: T | Uint8Array,
    options: PersistOptions,
  ): Promise<Persisted> {
    const data = message instanceof Uint8Array ? message : subject.codec.encode(message).finish();
    return sending(`persist ${subject.template}`, SpanKind.PRODUCER, (carried) =>
      this.persistBytes(subject.template, subject.of(params), data, options, carried),
    );
  }

  /** As `persist`, on any subject; `label` is its template, for metrics and messages. */
  async persistBytes(
    label: string,
    name: string,
    data: Uint8Array,
    { id, timeoutMs = PERSIST_MS }: PersistOptions,
    carried: MsgHdrs = headers(),
  ): Promise<Persisted> {
    const startMs = performance.now();
    let outcome = 'ok';
    try {
      this.#refuseTooLarge(label, data);
      const ack = await this.waitFor(`persisting ${label}`, () =>
        this.js.publish(name, data, { msgID: id, timeout: timeoutMs, headers: carried }),
      );
      return { seq: ack.seq, duplicate: ack.duplicate };
    } catch (error) {
      const fault = natsFault(error, `persisting ${label}`);
      outcome = fault.code;
      throw fault;
    } finally {
      persistSeconds.observe({ subject: label, outcome }, (performance.now() - startMs) / 1000);
    }
  }

  subscribe<S extends string, T>(
    subject: Subject<S, T>,
    params: Params<S> | 'all',
    handler: (message: T, params: Params<S>) => void,
    options: QueueOptions = {},
  ): Subscription {
    return subscribe(this.nats, subject, params, handler, options);
  }

  async request<S extends string, Q, R>(
    rpc: Rpc<S, Q, R>,
    params: Params<S>,
    message: Q,
    timeoutMs: number,
  ): Promise<R> {
    const data = rpc.request.encode(message).finish();
    this.#refuseTooLarge(rpc.template, data);
    const what = `request ${rpc.template}`;
    return sending(what, SpanKind.CLIENT, async (carried) => {
      const reply = await this.waitFor(what, () =>
        this.nats.request(rpc.of(params), data, {
          timeout: timeoutMs,
          ...(carried === undefined ? {} : { headers: carried }),
        }),
      );
      const fault = replyFault(reply);
      if (fault !== undefined) throw fault;
      return decodeReply(rpc, reply.data);
    });
  }

  respond<S extends string, Q, R>(
    rpc: Rpc<S, Q, R>,
    params: Params<S> | 'all',
    handler: (message: Q, params: Params<S>) => Promise<R> | R,
    options: QueueOptions = {},
  ): Subscription {
    return respond(this.nats, rpc, params, handler, options);
  }

  lease(bucket: string, ttlMs: number): Promise<Lease> {
    return KvLease.open(this, bucket, ttlMs);
  }

  async flush(): Promise<void> {
    await this.waitFor('flushing NATS', () => deadline(this.nats.flush(), API_MS, 'flushing NATS'));
  }

  async close(): Promise<void> {
    if (this.nats.isClosed()) return;
    try {
      if (this.connected) await deadline(this.nats.drain(), CLOSE_MS, 'draining NATS');
    } catch (error) {
      log.warn({ err: error }, 'NATS was closed before it was drained');
    }
    await this.nats.close();
  }

  /** Starts `work` when connected and follows it until it ends or the connection breaks. Throws faults only. */
  waitFor<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (!this.connected) return Promise.reject(new Fault('unavailable', `${what}: not connected to NATS`));
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const fail = (error: unknown): void => {
        this.#waiting.delete(reject);
        reject(natsFault(error, what));
      };
      try {
        work().then((value) => {
          this.#waiting.delete(reject);
          resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  #refuseTooLarge(label: string, data: Uint8Array): void {
    const limit = (this.nats.info?.max_payload ?? SMALLEST_PAYLOAD) - RESERVED_BYTES;
    if (data.length <= limit) return;
    throw new Fault('invalid', `a message of ${data.length} bytes for ${label} is larger than ${limit}`);
  }

  async #watch(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') this.#lost();
      if (status.type === 'reconnect') this.#regained();
      if (status.type === 'error') log.error({ err: status.error }, 'NATS reported an error');
    }
    this.#lost();
  }

  #lost(): void {
    if (!this.connected) return;
    this.#connectedSinceMs = undefined;
    connectedGauge().set(0);
    if (!this.nats.isClosed()) log.warn({ waiting: this.#waiting.size }, 'the connection to NATS is lost');
    const fault = new Fault('unavailable', 'the connection to NATS broke before the answer came');
    for (const reject of this.#waiting) reject(fault);
    this.#waiting.clear();
  }

  #regained(): void {
    this.#connectedSinceMs = Date.now();
    connectedGauge().set(1);
    log.info('connected to NATS again');
    for (const fn of this.#onReconnect) fn();
  }
}

function decodeReply<S extends string, Q, R>(rpc: Rpc<S, Q, R>, data: Uint8Array): R {
  try {
    return rpc.reply.decode(data);
  } catch (error) {
    throw new Fault('internal', `the reply to ${rpc.template} cannot be decoded`, { cause: error });
  }
}
