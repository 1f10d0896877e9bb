// What a process can do on the bus. Knows no server: the connection behind it is in connected-bus.ts.
import type { Params, Rpc, Subject } from './subject.js';

/** What JetStream answered. */
export interface Persisted {
  /** Its number in the stream; for a duplicate, the number of the first. */
  readonly seq: number;
  readonly duplicate: boolean;
}

/** How a message is persisted. */
export interface PersistOptions {
  /** Within the stream's duplicate window a second message of this id is acknowledged and not kept. */
  readonly id: string;
  /** 5000 when absent. */
  readonly timeoutMs?: number;
}

/** Replicas with the same queue name share the messages between them. */
export interface QueueOptions {
  readonly queue?: string;
}

/** A standing interest in a subject; ends with `close` or with the bus. */
export interface Subscription {
  close(): void;
}

/** Keys with values, each gone `ttlMs` after its last put. Every call throws Fault `unavailable` or `deadline` (5 s). */
export interface Lease {
  put(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** All that is there now, unordered. */
  list(): Promise<Map<string, string>>;
  delete(key: string): Promise<void>;
}

/** One connection to NATS. Reconnects for ever; subscriptions come back by themselves. */
export interface Bus {
  readonly connected: boolean;
  /** Epoch milliseconds of the last connect; undefined while not connected. */
  readonly connectedSinceMs: number | undefined;
  /** `fn` is called after every reconnect, not after the first connect. */
  onReconnect(fn: () => void): void;

  /** Core NATS, at most once: lost, and counted, while not connected. Fault `invalid` when too large. */
  publish<S extends string, T>(subject: Subject<S, T>, params: Params<S>, message: T): void;

  /**
   * JetStream: resolves when the message is on disk. Bytes are taken as encoded already and are not copied before they
   * are sent. Fault `unavailable` at once while not connected, when the connection breaks or when no stream takes the
   * subject; `deadline` on time-out; `invalid` when too large. After the first two the message may be there or not: send
   * it again with the same id.
   */
  persist<S extends string, T>(
    subject: Subject<S, T>,
    params: Params<S>,
    message: T | Uint8Array,
    options: PersistOptions,
  ): Promise<Persisted>;

  /** Core NATS. What cannot be decoded and what `handler` throws is counted and logged, and lost. */
  subscribe<S extends string, T>(
    subject: Subject<S, T>,
    params: Params<S> | 'all',
    handler: (message: T, params: Params<S>) => void,
    options?: QueueOptions,
  ): Subscription;

  /** Fault `unavailable` at once when nobody listens or while not connected, `deadline` on time-out, else the responder's. */
  request<S extends string, Q, R>(
    rpc: Rpc<S, Q, R>,
    params: Params<S>,
    message: Q,
    timeoutMs: number,
  ): Promise<R>;

  /** Answers requests. A Fault reaches the caller with code and details, anything else as `internal`. */
  respond<S extends string, Q, R>(
    rpc: Rpc<S, Q, R>,
    params: Params<S> | 'all',
    handler: (message: Q, params: Params<S>) => Promise<R> | R,
    options?: QueueOptions,
  ): Subscription;

  /** The KV bucket of that name, made when missing; an entry lapses `ttlMs` after its last put, give or take a second. */
  lease(bucket: string, ttlMs: number): Promise<Lease>;

  /** Resolves when the server has taken all that was sent so far. Fault `unavailable` or `deadline` (5 s). */
  flush(): Promise<void>;

  /** Ends subscriptions, sends what is left and closes, in 5 s at most. */
  close(): Promise<void>;
}
