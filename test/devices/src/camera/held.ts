// Keeps the WebRTC library's objects until they have ended: one that is collected before is freed, but not forgotten, by
// the library, whose cleanup() then walks into freed memory (seen in node-datachannel 0.33.4).
import { deadline } from '@mooring/runtime';
import type { PeerConnection, Track } from 'node-datachannel';

/** A connection with its only track. */
export interface Held {
  readonly connection: PeerConnection;
  readonly track: Track;
}

const END_MS = 5_000;

/** Everything of the library that may still be alive. */
export class HeldConnections {
  readonly #held = new Set<Held>();
  readonly #waiting = new Set<() => void>();

  /** Takes over the track's `onClosed`. */
  hold(held: Held): void {
    this.#held.add(held);
    held.track.onClosed(() => {
      // The library still uses the track after this call.
      setImmediate(() => {
        this.#held.delete(held);
        for (const check of this.#waiting) check();
      });
    });
  }

  /** Ends the connection; it is let go when it has ended. Once only. */
  close({ track, connection }: Held): void {
    track.close();
    connection.close();
  }

  /** Resolves when all have ended. Fault `deadline` after 5 s. */
  async ended(): Promise<void> {
    if (this.#held.size === 0) return;
    let check: () => void = () => undefined;
    const empty = new Promise<void>((resolve) => {
      check = () => {
        if (this.#held.size === 0) resolve();
      };
    });
    this.#waiting.add(check);
    await deadline(empty, END_MS, 'the end of connections').finally(() => this.#waiting.delete(check));
  }
}
