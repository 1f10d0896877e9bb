// Readings as the columns of one batch. The hot path of the platform: nothing is allocated per reading but array slots.
import { bus } from '@mooring/proto';
import type { DialectName } from '../dialects/dialect.js';
import type { Builder, EventOf } from './builder.js';
import { SourceTable } from './sources.js';

// Offsets are 32 bits of milliseconds: 24 days either way.
const MAX_OFFSET_MS = 2 ** 31 - 1;
const BYTES_PER_READING = 24;
const METRIC = /^[a-z0-9_]{1,64}$/;

export class ReadingBuilder implements Builder<'reading'> {
  readonly #table = new SourceTable();
  readonly #metrics: string[] = [];
  readonly #metricIndexes = new Map<string, number>();
  #baseMs = 0;
  readonly #source: number[] = [];
  readonly #metric: number[] = [];
  readonly #offset: number[] = [];
  readonly #value: number[] = [];
  readonly #interval: number[] = [];
  readonly #sequence: number[] = [];
  readonly #reports: bus.ReadingReport[] = [];

  get count(): number {
    return this.#value.length;
  }

  get bytes(): number {
    return this.#value.length * BYTES_PER_READING;
  }

  add(event: EventOf<'reading'>, dialect: DialectName, sequence: number): string | undefined {
    if (!Number.isFinite(event.value)) return 'value_not_finite';
    const index = this.#value.length;
    if (index === 0) this.#baseMs = event.timeMs;
    const offset = event.timeMs - this.#baseMs;
    if (offset > MAX_OFFSET_MS || offset < -MAX_OFFSET_MS) return 'time_out_of_range';
    const metric = this.#metricIndexes.get(event.metric) ?? this.#newMetric(event.metric);
    if (metric === undefined) return 'metric_name';
    this.#source.push(this.#table.indexOf(event.device, dialect));
    this.#metric.push(metric);
    this.#offset.push(Math.round(offset));
    this.#value.push(event.value);
    this.#interval.push(event.intervalS);
    this.#sequence.push(sequence);
    if (event.report !== undefined) this.#reports.push({ reading: index, ...event.report });
    return undefined;
  }

  #newMetric(name: string): number | undefined {
    if (!METRIC.test(name)) return undefined;
    const index = this.#metrics.push(name) - 1;
    this.#metricIndexes.set(name, index);
    return index;
  }

  encode(header: bus.BatchHeader): Uint8Array {
    const batch: bus.ReadingBatch = {
      header,
      organizations: this.#table.organizations,
      sources: this.#table.sources,
      metrics: this.#metrics,
      baseTimeMs: this.#baseMs,
      source: this.#source,
      metric: this.#metric,
      timeOffsetMs: this.#offset,
      value: this.#value,
      intervalS: this.#interval,
      sequence: this.#sequence,
      reports: this.#reports,
    };
    return bus.ReadingBatch.encode(batch).finish();
  }
}
