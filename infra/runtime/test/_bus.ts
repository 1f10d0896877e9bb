// A stream, a subject and a running consumer for tests of the bus.
import { randomUUID } from 'node:crypto';
import { type Codec, type Durable, type Runnable, stream, subject } from '../src/index.js';

/** JSON; fails on anything else, as a real codec does on foreign bytes. */
export const json: Codec<{ readonly n: number }> = {
  encode: (message) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
};

/** A subject, a stream and a durable that no other test has. */
export function fixture() {
  const id = randomUUID().replaceAll('-', '').slice(0, 12);
  // The type says which hole there is; the words before it matter to nobody.
  const made = subject(`test-${id}.{node}` as 'test.{node}', json);
  const kept = stream({
    name: `TEST_${id.toUpperCase()}`,
    subjects: [made],
    maxAgeMs: 3_600_000,
    maxBytes: 256 * 1024 ** 2,
    duplicateWindowMs: 60_000,
    why: 'A test.',
  });
  const durable: Durable<{ readonly n: number }> = {
    name: `test-${id}`,
    stream: kept,
    subject: made,
    ackWaitMs: 5_000,
    maxAckPending: 20_000,
  };
  return { subject: made, stream: kept, durable };
}

/** A runnable that runs until it is stopped. */
export function run(runnable: Runnable): { ready: Promise<void>; isReady(): boolean; stop(): Promise<void> } {
  const abort = new AbortController();
  let announce: () => void = () => undefined;
  let isReady = false;
  const ready = new Promise<void>((resolve) => {
    announce = () => {
      isReady = true;
      resolve();
    };
  });
  const ended = runnable.run({ signal: abort.signal, ready: () => announce() });
  const failed = ended.then(() => ready);
  return {
    ready: Promise.race([ready, failed]),
    isReady: () => isReady,
    async stop() {
      abort.abort();
      await ended;
    },
  };
}
