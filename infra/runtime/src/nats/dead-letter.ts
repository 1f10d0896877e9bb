// What a person can do about dead letters: see them, try them again, throw them away.
import type { StoredMsg } from '@nats-io/jetstream';
import { Fault } from '../fault.js';
import type { Bus } from './bus.js';
import type { ConnectedBus } from './connected-bus.js';
import { connectionOf } from './connection-of.js';
import { deadLetterHeader } from './dead-letter-desk.js';
import { deadLetterStream, deadLetterSubject } from './dead-letter-stream.js';

const PREVIEW_BYTES = 1_024;
const MAX_LIMIT = 200;

/** One message that could not be handled. */
export interface DeadLetter {
  /** Its number among the dead letters. */
  readonly id: string;
  /** The consumer that gave it up. */
  readonly durable: string;
  /** Where it had been published. */
  readonly subject: string;
  readonly reason: string;
  /** When it was given up, ISO 8601. */
  readonly at: string;
  /** Bytes of the message. */
  readonly size: number;
  /** Its first 1024 bytes, base64. */
  readonly preview: string;
}

/** All of it. */
export interface DeadLetterDetail extends DeadLetter {
  readonly stream: string;
  /** Number in the stream that it came from. */
  readonly sequence: string;
  readonly messageId: string;
  readonly bytes: Uint8Array;
}

/** Every call throws Fault `unavailable` or `deadline` when NATS does not answer. */
export interface DeadLetters {
  /** Newest first: at most `limit` (200 at most), older than `before` when given. */
  list(options: { readonly limit: number; readonly before?: string | number }): Promise<DeadLetter[]>;
  /** Fault `not_found`. */
  get(id: string): Promise<DeadLetterDetail>;
  /**
   * Publishes the original bytes on the original subject under a new message id, then discards the dead letter. Other
   * durables of that subject get the message again too. Two retries at once publish once. Fault `not_found`.
   */
  retry(id: string): Promise<void>;
  /** Fault `not_found`. */
  discard(id: string): Promise<void>;
}

/** The dead letters of the server behind `bus`. */
export function deadLetters(bus: Bus): DeadLetters {
  return new StoredDeadLetters(connectionOf(bus));
}

class StoredDeadLetters implements DeadLetters {
  readonly #bus: ConnectedBus;

  constructor(bus: ConnectedBus) {
    this.#bus = bus;
  }

  async list({ limit, before }: { limit: number; before?: string | number }): Promise<DeadLetter[]> {
    const wanted = Math.min(limit, MAX_LIMIT);
    const { state } = await this.#ask((streams) =>
      streams.info(deadLetterStream.name, { deleted_details: true }),
    );
    // A stream that never held a message begins at 0, and no message has that number.
    if (state.messages === 0) return [];
    const gone = new Set(state.deleted);
    const found: DeadLetter[] = [];
    let seq = Math.min(before === undefined ? Number.POSITIVE_INFINITY : Number(before) - 1, state.last_seq);
    while (found.length < wanted && seq >= state.first_seq) {
      const page: number[] = [];
      for (; page.length < wanted - found.length && seq >= state.first_seq; seq--) {
        if (!gone.has(seq)) page.push(seq);
      }
      const stored = await Promise.all(page.map((at) => this.#find(at)));
      // One that was discarded in between is not there any more.
      found.push(...stored.filter((msg) => msg !== undefined).map(summary));
    }
    return found;
  }

  async get(id: string): Promise<DeadLetterDetail> {
    const stored = await this.#load(id);
    return {
      ...summary(stored),
      stream: stored.header.get(deadLetterHeader.stream),
      sequence: stored.header.get(deadLetterHeader.sequence),
      messageId: stored.header.get(deadLetterHeader.messageId),
      bytes: stored.data,
    };
  }

  async retry(id: string): Promise<void> {
    const stored = await this.#load(id);
    const subject = stored.header.get(deadLetterHeader.subject);
    const messageId = `dead-letter:${stored.seq}:${stored.timestamp}`;
    await this.#bus.persistBytes('retried dead letter', subject, stored.data, { id: messageId });
    await this.#delete(stored.seq);
  }

  async discard(id: string): Promise<void> {
    const { seq } = await this.#load(id);
    await this.#delete(seq);
  }

  async #load(id: string): Promise<StoredMsg> {
    const stored = /^[1-9]\d{0,15}$/.test(id) ? await this.#find(Number(id)) : undefined;
    if (stored === undefined) throw new Fault('not_found', `no dead letter ${id}`);
    return stored;
  }

  async #find(seq: number): Promise<StoredMsg | undefined> {
    return (await this.#ask((streams) => streams.getMessage(deadLetterStream.name, { seq }))) ?? undefined;
  }

  async #delete(seq: number): Promise<void> {
    await this.#ask((streams) => streams.deleteMessage(deadLetterStream.name, seq, false));
  }

  #ask<T>(work: (streams: Streams) => Promise<T>): Promise<T> {
    return this.#bus.waitFor('dead letters', async () => work((await this.#bus.manager()).streams));
  }
}

type Streams = Awaited<ReturnType<ConnectedBus['manager']>>['streams'];

function summary(stored: StoredMsg): DeadLetter {
  const { header, data } = stored;
  return {
    id: String(stored.seq),
    durable: deadLetterSubject.parse(stored.subject)?.durable ?? '',
    subject: header.get(deadLetterHeader.subject),
    reason: header.get(deadLetterHeader.reason),
    at: header.get(deadLetterHeader.deliveredAt) || stored.timestamp,
    size: data.length,
    preview: Buffer.from(data.subarray(0, PREVIEW_BYTES)).toString('base64'),
  };
}
