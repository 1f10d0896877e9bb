// Turns device events into bus messages: one lane per kind, one budget for all, and sheds in a fixed order when it is full.
import { uplink as subjects } from '@mooring/proto';
import { type Bus, deadline, type Runnable, type Subject, untilAborted } from '@mooring/runtime';
import type { DeviceEvent, DialectName } from '../dialects/dialect.js';
import type { Settled } from '../session/ports.js';
import { AuditEntries } from './audit.js';
import { Budget, type Sheddable } from './budget.js';
import type { Builder, EventKind } from './builder.js';
import { controlBuilder } from './control-records.js';
import { Lane } from './lane.js';
import { Outgoing, type OutgoingBatch } from './outgoing.js';
import { ReadingBuilder } from './readings.js';
import { factsBuilder, logBuilder, updateBuilder } from './records.js';
import { watchStepBuilder } from './watch-steps.js';

export interface UplinkOptions {
  readonly bus: Bus;
  readonly node: string;
  readonly boot: string;
  readonly flushMs: number;
  readonly maxBytes: number;
  readonly events: UplinkEvents;
  /** Traceparent of the frame being stepped, if it is sampled. */
  traceparent(): string | undefined;
}

/** What the uplink reports of itself. */
export interface UplinkEvents {
  durable(kind: EventKind, count: number, seconds: number): void;
  retried(kind: EventKind, reason: string): void;
  lost(kind: EventKind, count: number, reason: string): void;
}

const PERSIST_TIMEOUT_MS = 5_000;
const FLUSH_TIMEOUT_MS = 8_000;

export class Uplink {
  readonly #budget: Budget;
  readonly #events: UplinkEvents;
  readonly #outgoing: Pick<Outgoing, 'drained'>[] = [];
  readonly #audit: AuditEntries;
  readonly #lanes;
  readonly #traceparent: () => string | undefined;

  constructor(options: UplinkOptions) {
    this.#budget = new Budget(options.maxBytes);
    this.#events = options.events;
    this.#traceparent = options.traceparent;
    const parallel = 32;
    // What one device says of itself, of its commands and of its updates, or a connection of its watching, replaces what it said before, so those
    // batches keep their order; readings do not care.
    const inOrder = 1;
    this.#lanes = {
      reading: this.#lane(options, 'reading', subjects.reading, () => new ReadingBuilder(), parallel, 2_000),
      log: this.#lane(options, 'log', subjects.log, logBuilder, parallel, 500),
      facts: this.#lane(options, 'facts', subjects.facts, factsBuilder, inOrder, 500),
      control: this.#lane(options, 'control', subjects.control, controlBuilder, inOrder, 500),
      update: this.#lane(options, 'update', subjects.update, updateBuilder, inOrder, 500),
      watch: this.#lane(options, 'watch', subjects.watch, watchStepBuilder, inOrder, 500),
    };
    const reports = this.#reports('audit');
    const { bus } = options;
    this.#audit = new AuditEntries({
      ...{ bus, budget: this.#budget, persistTimeoutMs: PERSIST_TIMEOUT_MS },
      ...reports,
    });
    this.#outgoing.push(this.#audit.outgoing);
  }

  #reports(kind: EventKind) {
    const events = this.#events;
    return {
      durable: (batch: OutgoingBatch) =>
        events.durable(kind, batch.count, (Date.now() - batch.begunMs) / 1000),
      lost: (batch: OutgoingBatch, reason: string) => events.lost(kind, batch.count, reason),
      retried: (reason: string) => events.retried(kind, reason),
    };
  }

  #lane<K extends EventKind, S extends string, T>(
    options: UplinkOptions,
    kind: K,
    subject: Subject<`${S}.{node}`, T>,
    builder: () => Builder<K>,
    maxInFlight: number,
    maxCount: number,
  ): Lane<K> {
    const { bus, node, boot, flushMs } = options;
    const outgoing = new Outgoing({
      budget: this.#budget,
      maxInFlight,
      persist: ({ bytes, id }) =>
        bus.persist<string, T>(subject, { node }, bytes, { id, timeoutMs: PERSIST_TIMEOUT_MS }),
      ...this.#reports(kind),
    });
    this.#outgoing.push(outgoing);
    return new Lane({ node, boot, lane: kind, builder, outgoing, flushMs, maxCount, maxBytes: 256 * 1024 });
  }

  get usedBytes(): number {
    return this.#budget.usedBytes;
  }

  sheds(what: Sheddable): boolean {
    return this.#budget.sheds(what);
  }

  /** Never blocks and never throws; what cannot be taken is counted and its receipt answered with `shed`. */
  emit(event: DeviceEvent, dialect: DialectName, sequence: number, settled: Settled | undefined): void {
    const refused = this.#add(event, dialect, sequence, settled);
    if (refused === undefined) return;
    this.#events.lost(event.kind, 1, refused);
    settled?.('shed');
  }

  #add(
    event: DeviceEvent,
    dialect: DialectName,
    sequence: number,
    settled: Settled | undefined,
  ): string | undefined {
    const telemetry = event.kind === 'reading' || event.kind === 'log';
    if (this.#budget.sheds(telemetry ? 'telemetry' : 'commands')) return 'buffer_full';
    const traceparent = this.#traceparent();
    switch (event.kind) {
      case 'reading':
        return this.#lanes.reading.add(event, dialect, sequence, traceparent, settled);
      case 'log':
        return this.#lanes.log.add(event, dialect, sequence, traceparent, settled);
      case 'facts':
        return this.#lanes.facts.add(event, dialect, sequence, traceparent, settled);
      case 'control':
        return this.#lanes.control.add(event, dialect, sequence, traceparent, settled);
      case 'update':
        return this.#lanes.update.add(event, dialect, sequence, traceparent, settled);
      case 'watch':
        return this.#lanes.watch.add(event, dialect, sequence, traceparent, settled);
      case 'audit':
        this.#audit.add(event, traceparent, settled);
        return undefined;
    }
  }

  /** Sends what has gathered and waits until it is durable; Fault `deadline` when NATS does not take it in time. */
  async flush(): Promise<void> {
    for (const lane of Object.values(this.#lanes)) lane.flush();
    await deadline(
      Promise.all(this.#outgoing.map((outgoing) => outgoing.drained())),
      FLUSH_TIMEOUT_MS,
      'uplink flush',
    );
  }

  /** Flushes at stop, after the sockets are closed. */
  runnable(): Runnable {
    return {
      name: 'uplink',
      run: async ({ signal, ready }) => {
        ready();
        await untilAborted(signal);
        await this.flush();
      },
    };
  }
}
