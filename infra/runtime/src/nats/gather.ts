// Owns the bounded buffer between pulling from the stream and handing over.

/** What is gathered. */
export interface Weighed {
  readonly bytes: { readonly length: number };
}

/** Bounds of what is taken at once. Twice as much is held, so that a whole batch gathers while one is worked on. */
export interface Bounds {
  readonly maxMessages: number;
  /** Reached, not exceeded, by all but the last item. */
  readonly maxBytes: number;
}

/** A queue that knows when to stop filling it. */
export class Gather<T extends Weighed> {
  readonly #bounds: Bounds;
  #held: T[] = [];
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(bounds: Bounds, signal: AbortSignal) {
    this.#bounds = bounds;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** How many items may still be asked for; 0 while more than a batch is held, so that asking is worth it. */
  get room(): number {
    const { maxMessages, maxBytes } = this.#bounds;
    const full = this.#held.length > maxMessages || this.#bytes > maxBytes;
    return full ? 0 : 2 * maxMessages - this.#held.length;
  }

  get held(): readonly T[] {
    return this.#held;
  }

  push(item: T): void {
    this.#held.push(item);
    this.#bytes += item.bytes.length;
    this.#wake();
  }

  /** The oldest items, as many as the bounds allow; one that is `alone` is taken by itself. */
  take(alone: (item: T) => boolean): T[] {
    const [first] = this.#held;
    if (first === undefined) return [];
    let count = 1;
    let bytes = first.bytes.length;
    for (const item of alone(first) ? [] : this.#held.slice(1, this.#bounds.maxMessages)) {
      if (bytes >= this.#bounds.maxBytes || alone(item)) break;
      count++;
      bytes += item.bytes.length;
    }
    const taken = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    this.#bytes -= bytes;
    this.#wake();
    return taken;
  }

  /** Resolves when `condition` holds after a push or a take, or when the signal aborts. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition() && !signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const woken = this.#waiting;
    this.#waiting = [];
    for (const resolve of woken) resolve();
  }
}
