// A stream, a subject and a running consumer for tests of the bus.
import { randomUUID } from 'node:crypto';
import {
  applyStreams,
  type Bus,
  type Codec,
  type Durable,
  deadLetters,
  type Runnable,
  stream,
  subject,
} from '../src/index.js';
import type { NatsServer } from './_nats-server.js';

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

/** What a message of the fixture is. */
export type Message = { readonly n: number };

/** The fixture with its stream on the server. */
export async function applied(server: NatsServer, bus: Bus) {
  const made = fixture();
  await applyStreams(server.url, [made.stream]);
  return {
    ...made,
    /** Persists message `n` under the id `n`, or other bytes in its place. */
    persist: (n: number, bytes?: Uint8Array) =>
      bus.persist(made.subject, { node: 'a' }, bytes ?? { n }, { id: String(n) }),
    /** The dead letters of its durable. */
    dead: async () =>
      (await deadLetters(bus).list({ limit: 100 })).filter(({ durable }) => durable === made.durable.name),
  };
}

/** Bounds of a batch, and back-offs that a test can wait for. */
export const QUICK = { maxMessages: 100, backoffMs: [50, 100, 150, 200, 250] };

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
