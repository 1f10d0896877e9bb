// Keeps one socket to one of the edges: dials, greets, beats, and comes back when it is lost. Knows nothing of sessions.
import { backoffMs } from './domain/backoff.js';
import { firstOf } from './domain/edge-url.js';
import type { WatchProblem } from './domain/problem.js';
import { afterClose, afterRefusal } from './domain/verdict.js';
import { decode, encode, type ServerMessage } from './domain/wire.js';
import { type Environment, nothing, type Socket } from './environment.js';

/** From dialling to hello_ack; the edge closes a socket that says no hello for as long. */
const GREETED_MS = 10_000;
/** Any frame counts as a sign of life; the edge takes 90 s of silence for death (camera.md 2). */
const HEARTBEAT_MS = 30_000;
const HEARD_MS = 8_000;
/** A socket that lasted this long makes the next failure a first one. */
const STABLE_MS = 10_000;
/** What browsers report of a socket that broke. */
const BROKEN = 1006;

export interface LinkOptions {
  /** Addresses of viewers' sockets, at least one. */
  readonly urls: readonly string[];
  /** Asked at each hello, so that it may have been renewed. */
  readonly token: () => string;
  /** Sessions to be taken up again. */
  readonly sessions: () => readonly string[];
}

export interface LinkEvents {
  /** hello was acknowledged; `resumed` names the sessions that go on. */
  up(resumed: readonly string[]): void;
  message(message: ServerMessage): void;
  /** The socket is gone, or was not to be had; it is dialled again at `retryAtMs`, epoch milliseconds. */
  down(problem: WatchProblem, retryAtMs: number): void;
  /** It is not dialled again. */
  over(problem: WatchProblem): void;
}

export class Link {
  readonly #environment: Environment;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  #phase: 'dialling' | 'up' | 'waiting' | 'over' = 'waiting';
  #edge: number;
  #attempt = 0;
  #socket: Socket | undefined;
  /** Until hello_ack, then until the next heartbeat, or until dialling again. */
  #timer = nothing;
  #heard = nothing;
  #stable = nothing;

  constructor(environment: Environment, options: LinkOptions, events: LinkEvents) {
    this.#environment = environment;
    this.#options = options;
    this.#events = events;
    this.#edge = firstOf(options.urls.length, environment.random());
  }

  get isUp(): boolean {
    return this.#phase === 'up';
  }

  /** The edge that is or will be spoken to. */
  get url(): string {
    return this.#options.urls[this.#edge] ?? '';
  }

  dial(): void {
    this.#drop();
    this.#phase = 'dialling';
    const socket = this.#environment.socket(this.url, {
      opened: () => {
        if (this.#socket === socket) this.#greet();
      },
      text: (text) => {
        if (this.#socket === socket) this.#hear(text);
      },
      closed: (code, reason) => {
        if (this.#socket === socket) this.#lost(code, reason);
      },
    });
    this.#socket = socket;
    this.#timer = this.#environment.after(GREETED_MS, () => this.#lost(BROKEN, 'no answer'));
  }

  /** Sends when the socket is up and says whether it is. */
  send(type: string, payload: object, requestId?: string): boolean {
    if (this.#phase !== 'up') return false;
    this.#say(type, payload, requestId);
    return true;
  }

  /** There may be news of the network: dials now instead of later, or finds out at once whether the socket lives. */
  nudge(): void {
    if (this.#phase === 'waiting') this.dial();
    else if (this.#phase === 'up') this.#beat();
  }

  /** Closes for good. */
  stop(): void {
    this.#phase = 'over';
    this.#drop();
  }

  #greet(): void {
    const sessions = this.#options.sessions();
    const resume = sessions.length === 0 ? true : sessions;
    this.#say('hello', { token: this.#options.token(), resume });
  }

  #hear(text: string): void {
    this.#heard();
    const message = decode(text);
    if (message === undefined) return;
    if (this.#phase === 'up') this.#events.message(message);
    else if (message.type === 'hello_ack') this.#welcomed(message.resumed);
    else if (message.type === 'error') this.#unwelcome(message.problem);
  }

  /** The close follows, and is the better word, unless something in between swallows its reason. */
  #unwelcome(refusal: WatchProblem): void {
    const { pace, problem } = afterRefusal(refusal);
    if (pace === 'never') this.#finish(problem);
  }

  #welcomed(resumed: readonly string[]): void {
    this.#phase = 'up';
    this.#stable = this.#environment.after(STABLE_MS, () => {
      this.#attempt = 0;
    });
    this.#schedule();
    this.#events.up(resumed);
  }

  #schedule(): void {
    this.#timer();
    this.#timer = this.#environment.after(HEARTBEAT_MS, () => this.#beat());
  }

  #beat(): void {
    this.#say('heartbeat', {});
    this.#heard();
    this.#heard = this.#environment.after(HEARD_MS, () => this.#lost(BROKEN, 'no sign of life'));
    this.#schedule();
  }

  #lost(code: number, reason: string): void {
    this.#drop();
    const { pace, problem } = afterClose(code, reason);
    if (pace === 'never') {
      this.#finish(problem);
      return;
    }
    const inMs = backoffMs(pace, this.#attempt++, this.#environment.random());
    this.#edge = (this.#edge + 1) % this.#options.urls.length;
    this.#phase = 'waiting';
    this.#timer = this.#environment.after(inMs, () => this.dial());
    this.#events.down(problem, this.#environment.now() + inMs);
  }

  #finish(problem: WatchProblem): void {
    this.stop();
    this.#events.over(problem);
  }

  #drop(): void {
    for (const cancel of [this.#timer, this.#heard, this.#stable]) cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #say(type: string, payload: object, requestId?: string): void {
    this.#socket?.send(encode(type, payload, this.#environment.now(), requestId));
  }
}
