// One kind of event on its way up: gathered for a few milliseconds, then sent as one message (group commit).
import { after, type Timer } from '@mooring/runtime';
import type { DialectName } from '../dialects/dialect.js';
import type { Settled } from '../session/ports.js';
import type { Builder, EventKind, EventOf } from './builder.js';
import type { Outgoing } from './outgoing.js';

export interface LaneOptions<K extends EventKind> {
  readonly node: string;
  readonly boot: string;
  /** Names the lane in batch ids, so that lanes count on their own. */
  readonly lane: string;
  builder(): Builder<K>;
  readonly outgoing: Outgoing;
  readonly flushMs: number;
  readonly maxCount: number;
  readonly maxBytes: number;
}

export class Lane<K extends EventKind> {
  readonly #options: LaneOptions<K>;
  #builder: Builder<K>;
  #receipts: Settled[] = [];
  #traceparents: string[] = [];
  #batches = 0n;
  /** When the first event of this batch came. */
  #begunMs = 0;
  #timer: Timer | undefined;

  constructor(options: LaneOptions<K>) {
    this.#options = options;
    this.#builder = options.builder();
  }

  /** Undefined when taken, else why not. */
  add(
    event: EventOf<K>,
    dialect: DialectName,
    sequence: number,
    traceparent: string | undefined,
    settled: Settled | undefined,
  ): string | undefined {
    const refused = this.#builder.add(event, dialect, sequence);
    if (refused !== undefined) return refused;
    if (this.#builder.count === 1) this.#begunMs = Date.now();
    if (settled !== undefined) this.#receipts.push(settled);
    if (traceparent !== undefined && !this.#traceparents.includes(traceparent))
      this.#traceparents.push(traceparent);
    if (this.#builder.count >= this.#options.maxCount || this.#builder.bytes >= this.#options.maxBytes)
      this.flush();
    else this.#timer ??= after(this.#options.flushMs, () => this.#due());
    return undefined;
  }

  // While earlier batches wait for their acks a bigger batch is cheaper than one more.
  #due(): void {
    this.#timer = undefined;
    if (this.#options.outgoing.busy && this.#builder.count < this.#options.maxCount / 2) {
      this.#timer = after(this.#options.flushMs, () => this.#due());
      return;
    }
    this.flush();
  }

  /** Hands what has gathered to the outgoing queue. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const builder = this.#builder;
    if (builder.count === 0) return;
    const { node, boot, lane, outgoing } = this.#options;
    const sequence = ++this.#batches;
    const traceparents = this.#traceparents;
    outgoing.send({
      id: `${node}.${boot}.${lane}.${sequence}`,
      bytes: builder.encode({ node, boot: `${boot}.${lane}`, sequence, traceparents }),
      count: builder.count,
      begunMs: this.#begunMs,
      traceparents,
      receipts: this.#receipts,
    });
    this.#builder = this.#options.builder();
    this.#receipts = [];
    this.#traceparents = [];
  }
}
