// The batch that travels between bare server and consumer: columns of doubles.

export interface Batch {
  readonly device: Float64Array;
  /** Epoch milliseconds. */
  readonly time: Float64Array;
  readonly value: Float64Array;
}

const COLUMNS = 3;

/** The columns of a message; a copy, because its bytes need not be aligned. */
export function readBatch(bytes: Uint8Array): Batch {
  const all = new Float64Array(new Uint8Array(bytes).buffer);
  const count = all.length / COLUMNS;
  return {
    device: all.subarray(0, count),
    time: all.subarray(count, 2 * count),
    value: all.subarray(2 * count),
  };
}

/** Gathers readings in one buffer that is used again and again. */
export class BatchWriter {
  readonly #device: Float64Array;
  readonly #time: Float64Array;
  readonly #value: Float64Array;
  count = 0;

  constructor(readings: number) {
    this.#device = new Float64Array(readings);
    this.#time = new Float64Array(readings);
    this.#value = new Float64Array(readings);
  }

  add(device: number, time: number, value: number): void {
    this.#device[this.count] = device;
    this.#time[this.count] = time;
    this.#value[this.count] = value;
    this.count += 1;
  }

  /** The message of what has gathered; the writer is empty then. */
  take(): Uint8Array {
    const { count } = this;
    const all = new Float64Array(count * COLUMNS);
    all.set(this.#device.subarray(0, count), 0);
    all.set(this.#time.subarray(0, count), count);
    all.set(this.#value.subarray(0, count), 2 * count);
    this.count = 0;
    return new Uint8Array(all.buffer);
  }
}
