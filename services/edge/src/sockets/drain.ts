// Empties the edge before it stops: no new connections, then every session closed at a pace that fits the grace time.
import { sleep } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';
import type { LiveSession } from '../session/ports.js';

export interface DrainOptions {
  readonly directory: Directory;
  /** Time for a load balancer to notice that this edge is no longer ready. */
  readonly delayMs: number;
  /** Time over which the closes are spread. */
  readonly spreadMs: number;
  /** Refuses new connections from now on. */
  stop(): void;
  stopListening(): void;
}

const ROUND_MS = 100;

/** Resolves when every session was told. Sessions that end by themselves meanwhile shorten it. */
export async function drain({
  directory,
  delayMs,
  spreadMs,
  stop,
  stopListening,
}: DrainOptions): Promise<void> {
  stop();
  if (directory.size > 0) await sleep(delayMs);
  stopListening();
  const rounds = Math.max(1, Math.floor(spreadMs / ROUND_MS));
  const perRound = Math.max(1, Math.ceil(directory.size / rounds));
  // Twice the rounds, so that sessions which arrive or linger are told too; whatever is left then is cut at stop.
  for (let round = 0; directory.size > 0 && round < rounds * 2; round++) {
    for (const session of take(directory.all(), perRound)) session.end('drain', 'drain');
    if (directory.size > 0) await sleep(ROUND_MS);
  }
}

function take(sessions: Iterable<LiveSession>, count: number): readonly LiveSession[] {
  const taken: LiveSession[] = [];
  for (const session of sessions) {
    if (taken.length >= count) break;
    taken.push(session);
  }
  return taken;
}
