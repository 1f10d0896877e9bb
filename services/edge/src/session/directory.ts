// The sessions of this edge by connection, for whoever must reach one.
import type { LiveSession } from './ports.js';

/** All live sessions; holds each as long as its socket. */
export class Directory {
  readonly #sessions = new Map<string, LiveSession>();

  add(session: LiveSession): void {
    this.#sessions.set(session.connectionId, session);
  }

  remove(connectionId: string): void {
    this.#sessions.delete(connectionId);
  }

  find(connectionId: string): LiveSession | undefined {
    return this.#sessions.get(connectionId);
  }

  get size(): number {
    return this.#sessions.size;
  }

  all(): IterableIterator<LiveSession> {
    return this.#sessions.values();
  }
}
