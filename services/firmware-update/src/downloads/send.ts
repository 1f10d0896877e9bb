// Sends the bytes of a file to a client, no faster than it takes them and not for longer than it may take.
import type { ServerResponse } from 'node:http';
import { deadline, Fault } from '@mooring/runtime';

/** How slow a client may be. */
export interface Patience {
  /** Within which it must take what was written last; about 64 KiB. */
  readonly stallMs: number;
  /** For all of it. */
  readonly totalMs: number;
}

/** What is sent: what has been read of it, and the rest. */
export interface Content {
  readonly first: IteratorResult<Uint8Array>;
  readonly chunks: AsyncIterator<Uint8Array>;
}

/**
 * Writes all of it, counted by `wrote`, and ends the response. Fault `deadline` when the client is too slow; throws the
 * signal's reason when it left, and what reading the rest throws.
 */
export async function send(
  response: ServerResponse,
  { first, chunks }: Content,
  { stallMs, totalMs }: Patience,
  signal: AbortSignal,
  wrote: (bytes: number) => void,
): Promise<void> {
  const endMs = performance.now() + totalMs;
  const inTime = (waiting: Promise<void>): Promise<void> =>
    deadline(waiting, Math.max(0, Math.min(stallMs, endMs - performance.now())), 'taking what was sent');
  for (let next = first; next.done !== true; next = await chunks.next()) {
    for (const piece of pieces(next.value)) {
      signal.throwIfAborted();
      if (performance.now() > endMs) throw new Fault('deadline', `it took longer than ${totalMs} ms`);
      const taken = response.write(piece);
      wrote(piece.length);
      if (!taken) await inTime(once(response, 'drain', signal));
    }
  }
  const finished = once(response, 'finish', signal);
  response.end();
  await inTime(finished);
}

const PIECE_BYTES = 64 * 1024;

function* pieces(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
}

/** Resolves at the event, or when the client leaves: then it never comes. */
function once(response: ServerResponse, event: 'drain' | 'finish', signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off(event, done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once(event, done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
