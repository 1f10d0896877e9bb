// Sends a stream of requests, no faster than the service reads, and waits for its one answer.
import { type Client, type ClientWritableStream, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { asFault, type Fault } from '../fault.js';
import { drained } from './drained.js';
import { fromStatus } from './status.js';

/** Until when the answer is wanted. */
interface SendOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The answer, which may come before everything was sent: `requests` is then returned early. What `requests` throws
 * cancels the call and is thrown as it is, or as `internal` when it is no fault.
 */
export function sendAll(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<unknown, unknown>,
  requests: AsyncIterable<unknown>,
  { timeoutMs, signal }: SendOptions,
): Promise<unknown> {
  return new Promise((resolve, reject: (fault: Fault) => void) => {
    if (signal?.aborted) return reject(asFault(signal.reason));
    const answered = new AbortController();
    const call = client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      new Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, reply) => {
        signal?.removeEventListener('abort', cancel);
        answered.abort();
        if (error === null) resolve(reply);
        else reject(fromStatus(error, path));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    // Writing to a call that is over fails; how it ended is told to the callback above.
    call.on('error', () => undefined);
    write(requests, call, answered.signal).catch((error: unknown) => {
      reject(asFault(error));
      cancel();
    });
  });
}

async function write(
  requests: AsyncIterable<unknown>,
  call: ClientWritableStream<unknown>,
  answered: AbortSignal,
): Promise<void> {
  const source = requests[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextOf(source, answered);
    if (next === undefined || answered.aborted) {
      // It may be waiting for what comes much later, so it is told and not waited for.
      void source.return?.().catch(() => undefined);
      return;
    }
    if (next.done === true) break;
    if (!call.write(next.value)) await drained(call, answered);
  }
  call.end();
}

/** The next one, or undefined at the abort. A race with one promise for all of them would keep each until its end. */
function nextOf(
  source: AsyncIterator<unknown>,
  signal: AbortSignal,
): Promise<IteratorResult<unknown> | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    source
      .next()
      .finally(() => signal.removeEventListener('abort', stop))
      .then(resolve, reject);
  });
}
