// Empties the edge before it stops: no new connections, then every session is closed, one by one, at a pace.
import { sleep } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';

/** How fast an edge gives its sessions away. */
export interface DrainPace {
  /** Time for a load balancer to notice that this edge is no longer ready. */
  readonly delayMs: number;
  /** What the other edges, and whoever admits devices, are to bear: connections a second that come back. */
  readonly returnsPerS: number;
  /** All are told within this time, and faster than the pace if it must be. */
  readonly withinMs: number;
}

export interface DrainOptions extends DrainPace {
  readonly directory: Directory;
  /** Refuses new connections from now on. */
  stop(): void;
  stopListening(): void;
}

// Devices wait for a random time before they come back, and so less evenly than they were sent away. The rest of the pace
// is left for that.
const CLOSES_PER_RETURN = 2 / 3;
// What a timer was late is made good only as far as this; a stall of the process is not followed by a heap of closes.
const LATE_MS = 20;

/** Sessions that are closed in a second, of so many. */
export function closesPerS(sessions: number, { returnsPerS, withinMs }: DrainPace): number {
  return Math.max(returnsPerS * CLOSES_PER_RETURN, (sessions * 1_000) / withinMs);
}

/** Resolves when every session was told, those that came meanwhile too. */
export async function drain(options: DrainOptions): Promise<void> {
  const { directory, delayMs, withinMs } = options;
  options.stop();
  if (directory.size > 0) await sleep(delayMs);
  options.stopListening();
  const begun = performance.now();
  const stepMs = 1_000 / closesPerS(directory.size, options);
  let due = begun;
  // A walk over live entries: whoever leaves by itself is passed over, whoever comes is met at the end.
  for (const session of directory.all()) {
    session.end('drain', 'drain');
    const now = performance.now();
    due = Math.max(due, now - LATE_MS) + stepMs;
    if (due > now && now < begun + withinMs && directory.size > 0) await sleep(due - now);
  }
}
