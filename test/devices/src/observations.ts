// What a test can see of a simulated device, and how it waits for something to become so.
import { deadline } from '@mooring/runtime';

/** How a socket ended; 1006 when it ended without a close frame. */
export interface SocketClose {
  readonly code: number;
  readonly reason: string;
}

/** A device's own account of its life. `M` is what it makes of a message. */
export class Observations<M> {
  /** The newest messages, oldest first; only the last ones are kept. */
  readonly received: M[] = [];
  receivedCount = 0;
  /** A socket is open. */
  connected = false;
  /** The platform has accepted the device on this socket, as its dialect says that. */
  ready = false;
  /** Sockets opened so far. */
  connects = 0;
  /** Acknowledgements received, of whatever kind the dialect has. */
  acks = 0;
  lastClose: SocketClose | undefined;
  /** HTTP status of the last upgrade that was refused. */
  lastRefusal: number | undefined;
  /** What the platform said that a real client of this make would not have survived. */
  readonly violations: string[] = [];

  readonly #keep: number;
  readonly #waiting = new Set<() => void>();

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Notes a message. */
  take(message: M): void {
    this.receivedCount += 1;
    this.received.push(message);
    if (this.received.length > this.#keep) this.received.shift();
    this.changed();
  }

  /** Tells those who wait that something is different. */
  changed(): void {
    for (const check of this.#waiting) check();
  }

  /** Resolves as soon as `holds` does; rejects with a `deadline` fault naming `what` after `withinMs`. */
  async until(holds: () => boolean, what: string, withinMs = 4_000): Promise<void> {
    if (holds()) return;
    let check: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      check = () => {
        if (holds()) resolve();
      };
    });
    this.#waiting.add(check);
    try {
      await deadline(held, withinMs, what);
    } finally {
      this.#waiting.delete(check);
    }
  }

  /** Resolves with the first kept message that matches. */
  async message(matches: (message: M) => boolean, what: string, withinMs?: number): Promise<M> {
    let found: M | undefined;
    const holds = () => {
      found = this.received.find(matches);
      return found !== undefined;
    };
    await this.until(holds, what, withinMs);
    return found as M;
  }
}
