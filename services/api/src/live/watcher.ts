// One person watching: what they are told, in which order, and until when.
import { isFault } from '@mooring/runtime';
import { liveClientDropped } from '../events.js';
import { type LiveItem, sse } from './encode.js';
import type { EventStream } from './event-stream.js';

/** What is already known when a stream begins: how new, by what it is about. */
export type Known = ReadonlyMap<string, number>;

export interface WatcherOptions {
  readonly stream: EventStream;
  readonly organizations: readonly string[];
  /** Confines the stream to one device. */
  readonly deviceId?: string;
  /** The organizations that may still be watched. Fault `unauthenticated` when the token is no longer good. */
  readonly allowed: () => Promise<readonly string[]>;
}

// Held back while the snapshot is taken; more than the stream itself would queue is not worth holding.
const MAX_HELD = 1_000;

/** Holds changes back until the snapshot is there, then passes on those that are newer. */
export class Watcher {
  readonly stream: EventStream;
  readonly organizations: readonly string[];
  readonly #options: WatcherOptions;
  #held: LiveItem[] | undefined = [];

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.organizations = options.organizations;
  }

  /** Takes what happened. */
  tell(items: readonly LiveItem[]): void {
    const { deviceId } = this.#options;
    for (const item of items) {
      if (deviceId !== undefined && item.deviceId !== deviceId) continue;
      if (this.#held === undefined) this.#send(item);
      else if (this.#held.length < MAX_HELD) this.#held.push(item);
      else this.#drop();
    }
  }

  /** Sends the snapshot and, of what was held back, what it does not know. */
  begin(snapshot: unknown, known: Known): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.stream.begin(sse('snapshot', snapshot));
    for (const item of held) {
      const age = known.get(item.about);
      if (age === undefined || item.age > age) this.#send(item);
    }
  }

  /** Sends a comment, so that nobody in between takes the connection for dead. */
  beat(): void {
    if (this.#held === undefined && !this.stream.offer(': \n\n')) liveClientDropped('slow');
  }

  /** Ends the stream when its owner may not watch any more. When that cannot be found out, the stream goes on. */
  async recheck(): Promise<void> {
    try {
      const allowed = await this.#options.allowed();
      if (this.organizations.every((organization) => allowed.includes(organization))) return;
    } catch (error) {
      // The client of the registry has counted it; the next recheck may find out.
      if (isFault(error) && error.code !== 'unauthenticated') return;
      if (!isFault(error)) throw error;
    }
    liveClientDropped('revoked');
    this.stream.fail('unauthenticated', 'sign in again');
  }

  #send(item: LiveItem): void {
    if (!this.stream.offer(item.text, item.bytes)) liveClientDropped('slow');
  }

  #drop(): void {
    if (this.stream.over) return;
    liveClientDropped('slow');
    this.stream.fail('exhausted', 'too slow');
  }
}
