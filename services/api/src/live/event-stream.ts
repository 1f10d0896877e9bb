// One client's live stream: a bounded queue in front of its socket. Whoever cannot keep up is told so and let go.
import { Readable } from 'node:stream';
import { after, type Timer } from '@mooring/runtime';
import { sse } from './encode.js';

const MAX_EVENTS = 1_000;
const MAX_BYTES = 1024 * 1024;
// A client that is let go and reads nothing holds its socket this long.
const LINGER_MS = 10_000;

/** A readable of server-sent events. Text is taken in order or, beyond the bounds, not at all. */
export class EventStream extends Readable {
  readonly #queue: { readonly text: string; readonly bytes: number }[] = [];
  #bytes = 0;
  #wanted = false;
  #over = false;
  #linger: Timer | undefined;

  constructor() {
    super({ highWaterMark: 16 * 1024 });
  }

  /** Whether nothing more will be sent. */
  get over(): boolean {
    return this.#over || this.destroyed;
  }

  /** Queues an event. False when it did not fit: the client is then let go. */
  offer(text: string, bytes = Buffer.byteLength(text)): boolean {
    if (this.over) return true;
    if (this.#queue.length >= MAX_EVENTS || this.#bytes + bytes > MAX_BYTES) {
      this.fail('exhausted', 'too slow');
      return false;
    }
    this.#queue.push({ text, bytes });
    this.#bytes += bytes;
    this.#flush();
    return true;
  }

  /** Queues an event of any size, such as a snapshot, which is one of its kind. */
  begin(text: string): void {
    if (this.over) return;
    this.#wanted = this.push(text);
  }

  /** Drops what is queued, says why, and ends. */
  fail(code: string, detail: string): void {
    if (this.over) return;
    this.#queue.length = 0;
    this.push(sse('error', { code, detail }));
    this.finish();
  }

  /** Ends after what is queued. */
  finish(): void {
    if (this.over) return;
    this.#over = true;
    for (const { text } of this.#queue.splice(0)) this.push(text);
    this.push(null);
    this.#linger = after(LINGER_MS, () => this.destroy(), { unref: true });
  }

  override _read(): void {
    this.#wanted = true;
    this.#flush();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#linger?.cancel();
    this.#queue.length = 0;
    done(error);
  }

  #flush(): void {
    while (this.#wanted) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#bytes -= next.bytes;
      this.#wanted = this.push(next.text);
    }
  }
}
