// The open admission streams of edges: reads no faster than answers leave, and lets them end in order at stop.
import { type Runnable, untilAborted } from '@mooring/runtime';

/** The server's half of a stream, as far as it matters here. */
export interface AnswerStream<A> {
  write(answer: A): boolean;
  pause(): unknown;
  resume(): unknown;
  once(event: 'drain', listener: () => void): unknown;
  end(): unknown;
}

/** One edge's stream: counts what was asked and not yet answered, and holds answers back while the peer is slow. */
export class OpenStream<A> {
  readonly #stream: AnswerStream<A>;
  #held: A[] = [];
  #open = 0;
  #blocked = false;
  #closed = false;
  #finishing = false;
  #ended = false;

  constructor(stream: AnswerStream<A>) {
    this.#stream = stream;
  }

  asked(): void {
    this.#open++;
  }

  /** Sends the answer, or keeps it until the peer has read what was sent; not more than were asked can be kept. */
  answer(answer: A): void {
    this.#open--;
    if (this.#closed) return;
    if (this.#blocked) this.#held.push(answer);
    else this.#send(answer);
    this.#endWhenIdle();
  }

  /** The peer has gone: answers that are still to come are dropped, and the edge asks again on another stream. */
  close(): void {
    this.#closed = true;
    this.#held = [];
  }

  /** No more will be asked: ends the stream once everything is answered. Called again, it does nothing. */
  finish(): void {
    this.#finishing = true;
    this.#endWhenIdle();
  }

  #endWhenIdle(): void {
    if (!this.#finishing || this.#ended || this.#open > 0 || this.#held.length > 0) return;
    this.#ended = true;
    this.#stream.end();
  }

  #send(answer: A): void {
    if (this.#stream.write(answer)) return;
    // Whoever does not read answers gets no more questions in, so what is held stays small.
    this.#blocked = true;
    this.#stream.pause();
    this.#stream.once('drain', () => this.#drained());
  }

  #drained(): void {
    this.#blocked = false;
    const held = this.#held.splice(0);
    for (const [index, answer] of held.entries()) {
      if (this.#blocked) {
        this.#held = held.slice(index);
        return;
      }
      this.#send(answer);
    }
    if (this.#blocked) return;
    this.#stream.resume();
    this.#endWhenIdle();
  }
}

/** All open streams. As a runnable it stands after the gRPC server, so that it stops before and none is cut off. */
export class OpenStreams implements Runnable {
  readonly name = 'admission streams';
  readonly #streams = new Set<OpenStream<never>>();
  #stopping = false;

  open<A>(stream: AnswerStream<A>): OpenStream<A> {
    const opened = new OpenStream<A>(stream);
    this.#streams.add(opened as OpenStream<never>);
    if (this.#stopping) opened.finish();
    return opened;
  }

  closed<A>(stream: OpenStream<A>): void {
    stream.close();
    this.#streams.delete(stream as OpenStream<never>);
  }

  async run({ signal, ready }: Parameters<Runnable['run']>[0]): Promise<void> {
    ready();
    await untilAborted(signal);
    this.#stopping = true;
    for (const stream of this.#streams) stream.finish();
  }
}
