// Encodes stored readings for people who watch live, by hand: the generated encoder costs more than storing a reading.
import type { CheckedBatch } from './batch.js';

/** Bounds of one live message. */
const MAX_ITEMS = 5_000;
const MAX_BYTES = 512 * 1024;

// Field numbers and wire types of LiveEvent, LiveReadings and LiveReading (proto/mooring/bus/v1/live.proto).
const READINGS = 0x0a;
const ITEM = 0x0a;
const DEVICE_ID = 0x0a;
const METRIC = 0x12;
const TIME_MS = 0x19;
const VALUE = 0x21;
const INTERVAL_S = 0x28;
/** The longest varint of an int32. */
const VARINT_BYTES = 5;
/** Two doubles with their tags, one varint with its tag. */
const NUMBERS_BYTES = 9 + 9 + 1 + VARINT_BYTES;
/** Room before the items for the tag and length of LiveReadings. */
const HEAD_BYTES = 1 + VARINT_BYTES;

/** Gathers the readings of one transaction into LiveEvents per organization; ready to be published as they are. */
export class LiveMessages {
  readonly #writers = new Map<string, Writer>();
  readonly #done: { organization: string; event: Uint8Array }[] = [];

  /** Adds a batch without the readings that are `skipped` or of a refused metric. Returns how many it added. */
  add(batch: CheckedBatch, metricIds: readonly (number | undefined)[], skipped: ReadonlySet<number>): number {
    const sources = batch.sources.map((source) => ({
      deviceId: source.deviceId,
      // Names are written as text: making bytes of each first costs four times as much.
      deviceBytes: Buffer.byteLength(source.deviceId),
      organization: batch.organizations[source.organization]?.id ?? '',
    }));
    const metrics = batch.metrics.map((name) => Buffer.from(name));
    const { source, metric, value, timeOffsetMs, intervalS, baseTimeMs } = batch;
    let added = 0;
    for (let i = 0; i < source.length; i++) {
      const from = sources[source[i] ?? -1];
      const of = metric[i] ?? -1;
      const name = metrics[of];
      if (from === undefined || name === undefined || metricIds[of] === undefined) continue;
      if (skipped.size > 0 && skipped.has(i)) continue;
      const timeMs = Math.round(baseTimeMs + (timeOffsetMs[i] ?? 0));
      this.#writer(from.organization, from.deviceBytes + name.length).item(
        from.deviceId,
        from.deviceBytes,
        name,
        timeMs,
        value[i] ?? 0,
        intervalS[i] ?? 0,
      );
      added++;
    }
    return added;
  }

  /** All messages, encoded as LiveEvent. */
  finish(): readonly { readonly organization: string; readonly event: Uint8Array }[] {
    for (const [organization, writer] of this.#writers) {
      this.#done.push({ organization, event: writer.finish() });
    }
    this.#writers.clear();
    return this.#done;
  }

  #writer(organization: string, nameBytes: number): Writer {
    const found = this.#writers.get(organization);
    if (found?.takes(nameBytes)) return found;
    if (found !== undefined) this.#done.push({ organization, event: found.finish() });
    const made = new Writer();
    this.#writers.set(organization, made);
    return made;
  }
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest > 0x7f) {
    bytes[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}

class Writer {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #view = viewOf(this.#bytes);
  #at = HEAD_BYTES;
  #items = 0;

  takes(nameBytes: number): boolean {
    return this.#items < MAX_ITEMS && this.#at + itemBytes(nameBytes) <= MAX_BYTES;
  }

  item(
    deviceId: string,
    deviceBytes: number,
    metric: Buffer,
    timeMs: number,
    value: number,
    intervalS: number,
  ): void {
    this.#reserve(itemBytes(deviceBytes + metric.length));
    const bytes = this.#bytes;
    const interval = intervalS > 0 ? 1 + varintBytes(intervalS) : 0;
    const names = fieldBytes(deviceBytes) + fieldBytes(metric.length);
    let at = this.#at;
    bytes[at] = ITEM;
    at = putVarint(bytes, at + 1, names + 18 + interval);
    bytes[at] = DEVICE_ID;
    at = putVarint(bytes, at + 1, deviceBytes);
    bytes.write(deviceId, at);
    at += deviceBytes;
    bytes[at] = METRIC;
    at = putVarint(bytes, at + 1, metric.length);
    bytes.set(metric, at);
    at += metric.length;
    bytes[at] = TIME_MS;
    this.#view.setFloat64(at + 1, timeMs, true);
    bytes[at + 9] = VALUE;
    this.#view.setFloat64(at + 10, value, true);
    at += 18;
    if (interval > 0) {
      bytes[at] = INTERVAL_S;
      at = putVarint(bytes, at + 1, intervalS);
    }
    this.#at = at;
    this.#items++;
  }

  finish(): Uint8Array {
    const length = this.#at - HEAD_BYTES;
    const start = HEAD_BYTES - 1 - varintBytes(length);
    this.#bytes[start] = READINGS;
    putVarint(this.#bytes, start + 1, length);
    return this.#bytes.subarray(start, this.#at);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

/** Bytes of a text with its tag and length. */
function fieldBytes(textBytes: number): number {
  return 1 + varintBytes(textBytes) + textBytes;
}

/** At most so many bytes take an item whose two names take `nameBytes`. */
function itemBytes(nameBytes: number): number {
  return 3 * HEAD_BYTES + nameBytes + NUMBERS_BYTES;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
