// One message handed to a consumer: what it holds and what may become of it.
import type { JsMsg } from '@nats-io/jetstream';
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { extractHeaders } from '../trace.js';
import { settledTotal } from './metrics.js';

/**
 * A message of a durable. Settled once, by the first of ack, retry and deadLetter; later ones do nothing. A settlement
 * that is lost with the connection means that the message comes again after the durable's `ackWaitMs`.
 */
export interface Delivery<T> {
  readonly message: T;
  /** As they came; valid for as long as the delivery is held. */
  readonly bytes: Uint8Array;
  readonly subject: string;
  /** What `persist` was given as id; empty for a message without one. */
  readonly messageId: string;
  /** Number in the stream. */
  readonly seq: number;
  /**
   * 1 for the first time. Counts every earlier delivery, also one that was lost with its consumer; a server that was
   * killed may have forgotten the last ones.
   */
  readonly deliveryCount: number;
  /** The trace context that the publisher was in; the root context when it was in none. */
  readonly context: Context;
  ack(): void;
  /** Comes again after `delayMs`. */
  retry(delayMs: number): void;
  /** Copies the message to the dead letters, then ends it. Faults as `persist`; the delivery is then still unsettled. */
  deadLetter(reason: string): Promise<void>;
  /** Tells the server that it is being worked on, which starts `ackWaitMs` anew. */
  working(): void;
}

type Outcome = 'ack' | 'retry' | 'dead_letter';

/** Where what is given up is kept. */
export interface DeadLetterKeeper {
  /** Resolves once it is kept; faults as the bus's. */
  keep(delivery: StreamDelivery<unknown>, reason: string): Promise<void>;
}

/** A delivery of the stream behind one connection. */
export class StreamDelivery<T> implements Delivery<T> {
  readonly raw: JsMsg;
  readonly durable: string;
  readonly message: T;
  readonly #desk: DeadLetterKeeper;
  #settled = false;
  #context: Context | undefined;

  constructor(raw: JsMsg, durable: string, desk: DeadLetterKeeper, message: T) {
    this.raw = raw;
    this.durable = durable;
    this.#desk = desk;
    this.message = message;
  }

  get settled(): boolean {
    return this.#settled;
  }

  get bytes(): Uint8Array {
    return this.raw.data;
  }

  get subject(): string {
    return this.raw.subject;
  }

  get messageId(): string {
    return this.raw.headers?.get('Nats-Msg-Id') ?? '';
  }

  get seq(): number {
    return this.raw.info.streamSequence;
  }

  get deliveryCount(): number {
    return this.raw.info.deliveryCount;
  }

  get context(): Context {
    this.#context ??= this.raw.headers === undefined ? ROOT_CONTEXT : extractHeaders(this.raw.headers);
    return this.#context;
  }

  ack(): void {
    this.#settle('ack', () => this.raw.ack());
  }

  retry(delayMs: number): void {
    this.#settle('retry', () => this.raw.nak(delayMs));
  }

  async deadLetter(reason: string): Promise<void> {
    if (this.#settled) return;
    await this.#desk.keep(this, reason);
    // Without a reason: nats-server 2.9 ignores a termination that has one and delivers the message again.
    this.#settle('dead_letter', () => this.raw.term());
  }

  working(): void {
    if (!this.#settled) this.raw.working();
  }

  #settle(outcome: Outcome, tell: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    tell();
    settledTotal.inc({ durable: this.durable, outcome });
  }
}
