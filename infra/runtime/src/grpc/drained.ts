// Waits until a stream of gRPC takes more, so that nothing is written faster than it is read.
import type { Writable } from 'node:stream';

/** Resolves when the stream takes more, or at the abort: a stream that nobody reads any more never drains. */
export function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
