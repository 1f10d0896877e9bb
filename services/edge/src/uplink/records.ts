// Events that travel as records rather than columns: the batch they share, and device log, facts and update steps in it.
import { bus } from '@mooring/proto';
import type { AdmittedDevice, DialectName, JsonObject } from '../dialects/dialect.js';
import type { Builder, EventKind, EventOf } from './builder.js';
import { SourceTable } from './sources.js';

/** One event never takes more than this of a bus message; a larger one is refused and counted. */
const MAX_RECORD_BYTES = 128 * 1024;
const RECORD_OVERHEAD_BYTES = 64;

export interface Batch<R> extends Pick<bus.LogBatch, 'header' | 'organizations' | 'sources'> {
  readonly records: readonly R[];
}

/** Kinds that are of a device. */
type RecordedKind = Exclude<EventKind, 'watch' | 'audit'>;

interface RecordKind<K extends RecordedKind, R> {
  /** The record, and the length of its variable parts. */
  record(event: EventOf<K>, source: number, sequence: number): readonly [R, number];
  encode(batch: Batch<R>): Uint8Array;
}

export class RecordBuilder<K extends RecordedKind, R> implements Builder<K> {
  readonly #kind: RecordKind<K, R>;
  readonly #table = new SourceTable();
  readonly #records: R[] = [];
  #bytes = 0;

  constructor(kind: RecordKind<K, R>) {
    this.#kind = kind;
  }

  get count(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(event: EventOf<K>, dialect: DialectName, sequence: number): string | undefined {
    // Every kind but those that are left out has a device, which the compiler cannot see through a type parameter.
    const { device } = event as { readonly device: AdmittedDevice };
    const source = this.#table.indexOf(device, dialect);
    const [record, length] = this.#kind.record(event, source, sequence);
    if (length > MAX_RECORD_BYTES) return 'record_too_big';
    this.#records.push(record);
    this.#bytes += length + RECORD_OVERHEAD_BYTES;
    return undefined;
  }

  encode(header: bus.BatchHeader): Uint8Array {
    const { organizations, sources } = this.#table;
    return this.#kind.encode({ header, organizations, sources, records: this.#records });
  }
}

export const logBuilder = (): Builder<'log'> =>
  new RecordBuilder({
    record({ timeMs, name, level, message, fields }: EventOf<'log'>, source, sequence) {
      const fieldsJson = JSON.stringify(fields);
      const record: bus.LogRecord = { source, sequence, timeMs, name, level, message, fieldsJson };
      return [record, bytesOf(message) + bytesOf(fieldsJson)];
    },
    encode: (batch: Batch<bus.LogRecord>) => bus.LogBatch.encode(batch).finish(),
  });

export const factsBuilder = (): Builder<'facts'> =>
  new RecordBuilder({
    record({ timeMs, profile, firmware, reported }: EventOf<'facts'>, source, sequence) {
      const [profileJson, firmwareJson, reportedJson] = [json(profile), json(firmware), json(reported)];
      const record: bus.FactsRecord = { source, sequence, timeMs, profileJson, firmwareJson, reportedJson };
      return [record, bytesOf(profileJson) + bytesOf(firmwareJson) + bytesOf(reportedJson)];
    },
    encode: (batch: Batch<bus.FactsRecord>) => bus.FactsBatch.encode(batch).finish(),
  });

export const updateBuilder = (): Builder<'update'> =>
  new RecordBuilder({
    record({ kind: _, device: __, reason = '', ...said }: EventOf<'update'>, source, sequence) {
      const record: bus.UpdateRecord = { source, sequence, reason, ...said };
      const { uuid = '', product = '', version = '' } = said.joined ?? {};
      return [record, bytesOf(reason) + bytesOf(uuid) + bytesOf(product) + bytesOf(version)];
    },
    encode: (batch: Batch<bus.UpdateRecord>) => bus.UpdateBatch.encode(batch).finish(),
  });

export function json(value: JsonObject | undefined): string {
  return value === undefined ? '' : JSON.stringify(value);
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
