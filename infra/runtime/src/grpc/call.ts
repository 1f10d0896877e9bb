// What a handler knows of its call, and what is recorded when the call ends.
import type { Metadata } from '@grpc/grpc-js';
import { asFault, Fault } from '../fault.js';
import { logger } from '../log.js';
import { servedSeconds } from './metrics.js';

const log = logger('grpc');

// A caller cancels at its deadline, which its cancellation may outrun on the way here.
const CLOSE_TO_DEADLINE_MS = 50;

/** The circumstances of a call. */
export interface Call {
  /** Aborts when the caller cancels, goes away or runs out of time. Its reason is a Fault. */
  readonly signal: AbortSignal;
  /** Milliseconds that the caller still waited when the call arrived; Infinity when it set no deadline. */
  readonly deadlineMs: number;
  readonly metadata: Metadata;
}

/** A call as grpc-js hands it over, as far as all kinds of call agree. */
export interface ServerCall {
  readonly metadata: Metadata;
  getPath(): string;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** One call being answered. */
export class OpenCall implements Call {
  readonly metadata: Metadata;
  readonly deadlineMs: number;
  readonly #method: string;
  readonly #startMs = performance.now();
  readonly #abort = new AbortController();

  constructor(call: ServerCall) {
    this.metadata = call.metadata;
    this.#method = call.getPath();
    this.deadlineMs = Number(call.getDeadline()) - Date.now();
    call.on('cancelled', () => {
      const late = this.deadlineMs - (performance.now() - this.#startMs) < CLOSE_TO_DEADLINE_MS;
      const reason = late
        ? new Fault('deadline', 'the deadline passed')
        : new Fault('unavailable', 'the caller left');
      this.#abort.abort(reason);
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Records a call that was answered. */
  answered(): void {
    this.#observe('ok');
  }

  /** Records a call that failed, in one line: a bug as an error, what the caller can cause itself as info. */
  failed(error: unknown): void {
    const aborted = this.signal.aborted;
    const { code } = asFault(aborted ? this.signal.reason : error);
    this.#observe(code);
    // Who left already knows.
    if (aborted) return;
    log[code === 'internal' ? 'error' : 'info']({ err: error, method: this.#method, code }, 'a call failed');
  }

  #observe(code: string): void {
    servedSeconds.observe({ method: this.#method, code }, (performance.now() - this.#startMs) / 1000);
  }
}
