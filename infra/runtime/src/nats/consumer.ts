// Runs a durable consumer: gathers what comes while the handler works, then hands over everything gathered at once.
import { setImmediate as turn } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import { every } from '../clock.js';
import type { Runnable } from '../run.js';
import { inBatchSpan } from './batch-span.js';
import type { Bus } from './bus.js';
import { connectionOf } from './connection-of.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import { type Delivery, StreamDelivery } from './delivery.js';
import type { Durable } from './durable.js';
import { Gather } from './gather.js';
import { reportLag } from './lag.js';
import { batchMessages, handleSeconds } from './metrics.js';
import { pull, type Sink } from './pull.js';
import { ALONE_FROM, BACKOFF_MS, giveUp, settleFailed, settleHandled } from './settle.js';

/** Works on a batch; one at a time. What it leaves unsettled is acked when it returns and retried when it throws. */
export type Handle<T> = (batch: readonly Delivery<T>[], signal: AbortSignal) => Promise<void>;

/** Bounds of a batch, and of what is gathered meanwhile. */
export interface ConsumeOptions {
  readonly maxMessages: number;
  /** 8 MiB when absent. */
  readonly maxBytes?: number;
  /** Delays before a failed delivery comes again, by how often it was delivered; 1, 2, 5, 10, 30 s when absent. */
  readonly backoffMs?: readonly number[];
}

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * A consumer that is ready once its durable is on the server, and keeps trying while the stream is missing. A message
 * that cannot be decoded is dead-lettered at once. The signal that `handle` gets aborts when the consumer must stop:
 * finishing the batch is then still right, starting another wait is not. What was gathered but not handed over goes
 * back to the stream.
 */
export function consume<T>(
  bus: Bus,
  durable: Durable<T>,
  handle: Handle<T>,
  options: ConsumeOptions,
): Runnable {
  const consumer = new DurableConsumer(bus, durable, handle, options);
  return { name: `consumer ${durable.name}`, run: ({ signal, ready }) => consumer.run(signal, ready) };
}

class DurableConsumer<T> {
  readonly #bus: ReturnType<typeof connectionOf>;
  readonly #desk: DeadLetterDesk;
  readonly #durable: Durable<T>;
  readonly #handle: Handle<T>;
  readonly #bounds: { readonly maxMessages: number; readonly maxBytes: number };
  readonly #backoffMs: readonly number[];
  #inHand: readonly StreamDelivery<T>[] = [];

  constructor(bus: Bus, durable: Durable<T>, handle: Handle<T>, options: ConsumeOptions) {
    this.#bus = connectionOf(bus);
    this.#desk = new DeadLetterDesk(this.#bus);
    this.#durable = durable;
    this.#handle = handle;
    this.#bounds = { maxMessages: options.maxMessages, maxBytes: options.maxBytes ?? MAX_BYTES };
    this.#backoffMs = options.backoffMs ?? BACKOFF_MS;
  }

  async run(signal: AbortSignal, ready: () => void): Promise<void> {
    const gather = new Gather<StreamDelivery<T>>(this.#bounds, signal);
    const sink: Sink = {
      room: async () => {
        await gather.until(() => gather.room > 0, signal);
        return gather.room;
      },
      receive: (raw) => this.#receive(raw, gather),
      attached: ready,
    };
    await Promise.all([
      pull(this.#bus, this.#durable, sink, signal),
      this.#handOver(gather, signal),
      every(this.#durable.ackWaitMs / 3, () => this.#keep(gather), signal),
      reportLag(this.#bus, this.#durable, () => this.#oldestMs(gather), signal),
    ]);
    for (const delivery of gather.held) delivery.retry(0);
  }

  #receive(raw: JsMsg, gather: Gather<StreamDelivery<T>>): Promise<void> | undefined {
    const { name, subject } = this.#durable;
    let message: T;
    try {
      message = subject.codec.decode(raw.data);
    } catch (error) {
      const reason = `undecodable: ${error instanceof Error ? error.message : String(error)}`;
      return giveUp(new StreamDelivery(raw, name, this.#desk, undefined), reason, this.#backoffMs);
    }
    gather.push(new StreamDelivery(raw, name, this.#desk, message));
    return undefined;
  }

  async #handOver(gather: Gather<StreamDelivery<T>>, signal: AbortSignal): Promise<void> {
    for (;;) {
      await gather.until(() => gather.held.length > 0, signal);
      // What arrived in the same read of the socket belongs to this batch too.
      await turn();
      if (signal.aborted) return;
      this.#inHand = gather.take(({ deliveryCount }) => deliveryCount >= ALONE_FROM);
      await this.#work(this.#inHand, signal);
      this.#inHand = [];
    }
  }

  async #work(batch: readonly StreamDelivery<T>[], signal: AbortSignal): Promise<void> {
    const { name: durable } = this.#durable;
    batchMessages.observe({ durable }, batch.length);
    const startMs = performance.now();
    let outcome = 'ok';
    try {
      await inBatchSpan(durable, batch, () => this.#handle(batch, signal));
      settleHandled(batch);
    } catch (error) {
      outcome = 'threw';
      await settleFailed(batch, error, this.#backoffMs);
    } finally {
      handleSeconds.observe({ durable, outcome }, (performance.now() - startMs) / 1000);
    }
  }

  #oldestMs(gather: Gather<StreamDelivery<T>>): number | undefined {
    const taken = [...this.#inHand, ...gather.held].map(({ raw }) => raw.info.timestampNanos / 1e6);
    return taken.length === 0 ? undefined : Math.min(...taken);
  }

  #keep(gather: Gather<StreamDelivery<T>>): void {
    for (const delivery of this.#inHand) delivery.working();
    for (const delivery of gather.held) delivery.working();
  }
}
