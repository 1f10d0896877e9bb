// Batches on their way to JetStream: kept until acknowledged, sent again with the same id, bounded by the budget.
import { after, asFault, backoff, contextFromTraceparent, inSpan, type Timer } from '@mooring/runtime';
import { context, SpanKind, trace } from '@opentelemetry/api';
import type { Settled } from '../session/ports.js';
import type { Budget } from './budget.js';

/** One encoded batch. */
export interface OutgoingBatch {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** When its first event came. */
  readonly begunMs: number;
  /** Contexts of the sampled frames in it. */
  readonly traceparents: readonly string[];
  readonly receipts: readonly Settled[];
}

export interface OutgoingOptions<B extends OutgoingBatch> {
  readonly budget: Budget;
  /** 1 keeps the order of batches; more is faster. */
  readonly maxInFlight: number;
  /** Resolves at the PubAck; rejects with a Fault. */
  persist(batch: B): Promise<unknown>;
  durable(batch: B): void;
  /** The bus will never take it. */
  lost(batch: B, reason: string): void;
  retried(reason: string): void;
}

const RETRY = { baseMs: 200, maxMs: 2_000 } as const;

export class Outgoing<B extends OutgoingBatch = OutgoingBatch> {
  readonly #options: OutgoingOptions<B>;
  readonly #queue: B[] = [];
  #inFlight = 0;
  #failures = 0;
  #pause: Timer | undefined;
  #idle: (() => void)[] = [];

  constructor(options: OutgoingOptions<B>) {
    this.#options = options;
  }

  /** Whether another batch would have to wait: time to gather more instead. */
  get busy(): boolean {
    return this.#inFlight >= this.#options.maxInFlight || this.#queue.length > 0;
  }

  send(batch: B): void {
    this.#options.budget.take(batch.bytes.byteLength);
    this.#queue.push(batch);
    this.#pump();
  }

  /** Resolves when everything is settled. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    while (this.#pause === undefined && this.#inFlight < this.#options.maxInFlight) {
      const batch = this.#queue.shift();
      if (batch === undefined) break;
      this.#inFlight += 1;
      void this.#attempt(batch);
    }
    if (this.#inFlight > 0 || this.#queue.length > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #attempt(batch: B): Promise<void> {
    try {
      await this.#traced(batch);
      this.#failures = 0;
      this.#settle(batch, 'durable');
    } catch (error) {
      const fault = asFault(error);
      if (fault.code === 'invalid') this.#settle(batch, 'shed', fault.message);
      else this.#again(batch, fault.code);
    }
    this.#inFlight -= 1;
    this.#pump();
  }

  // The span continues the first sampled frame, so that one trace leads on; the others are linked.
  #traced(batch: B): Promise<unknown> {
    const [first, ...others] = batch.traceparents;
    if (first === undefined) return this.#options.persist(batch);
    const links = others
      .map((traceparent) => trace.getSpanContext(contextFromTraceparent(traceparent)))
      .flatMap((of) => (of === undefined ? [] : [{ context: of }]));
    const options = { kind: SpanKind.PRODUCER, parent: contextFromTraceparent(first), links };
    return inSpan(
      'uplink publish',
      { ...options, attributes: { 'messaging.batch.message_count': batch.count } },
      () => this.#options.persist(batch),
    );
  }

  #again(batch: B, reason: string): void {
    this.#options.retried(reason);
    this.#queue.unshift(batch);
    this.#pause ??= after(backoff(this.#failures++, RETRY), () => {
      this.#pause = undefined;
      this.#pump();
    });
  }

  #settle(batch: B, outcome: 'durable' | 'shed', reason = ''): void {
    this.#options.budget.give(batch.bytes.byteLength);
    // In the trace of its first sampled frame, so that what is measured points at it.
    const traced = contextFromTraceparent(batch.traceparents[0] ?? '');
    if (outcome === 'durable') context.with(traced, () => this.#options.durable(batch));
    else this.#options.lost(batch, reason);
    for (const receipt of batch.receipts) receipt(outcome);
  }
}
