// Asks the registry to let devices in, over one stream: many questions in flight, matched by correlation.
import type { registry } from '@mooring/proto';
import { after, backoff, type Timer } from '@mooring/runtime';
import type { Answer, Question } from '../dialects/dialect.js';
import type { Origin } from '../session/ports.js';
import { answerOf } from './answer.js';

type AdmitQuestion = Extract<Question, { kind: 'admit' }>;

/** The duplex half of the registry's Admit call that is used here. */
export interface AdmitStream {
  write(request: registry.AdmitRequest): boolean;
  end(): void;
  cancel(): void;
  on(event: 'data', listener: (response: registry.AdmitResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface AdmissionOptions {
  readonly node: string;
  readonly boot: string;
  open(): AdmitStream;
  /** Longest wait for an answer, re-sends included. */
  readonly timeoutMs: number;
  /** More questions than this in flight are refused at once. */
  readonly maxPending: number;
  streamLost(error: Error): void;
}

interface Pending {
  readonly request: registry.AdmitRequest;
  readonly timer: Timer;
  resolve(answer: Answer): void;
}

const RECONNECT = { baseMs: 100, maxMs: 1_000 } as const;
const UNAVAILABLE: Answer = {
  kind: 'refused',
  code: 'unavailable',
  message: 'The registry did not answer in time',
};
const EXHAUSTED: Answer = { kind: 'refused', code: 'exhausted', message: 'Too many devices are connecting' };

/** One stream at a time; when it breaks, what is unanswered is asked again on the next (admission is idempotent but for the epoch). */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #pending = new Map<bigint, Pending>();
  #correlation = 0n;
  #stream: AdmitStream | undefined;
  #failures = 0;
  #retry: Timer | undefined;
  #closed = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#pending.size;
  }

  admit(question: AdmitQuestion, origin: Origin, traceparent: string | undefined): Promise<Answer> {
    if (this.#pending.size >= this.#options.maxPending) return Promise.resolve(EXHAUSTED);
    if (this.#closed) return Promise.resolve(UNAVAILABLE);
    const correlation = ++this.#correlation;
    const { node, boot, timeoutMs } = this.#options;
    const request: registry.AdmitRequest = {
      correlation,
      dialect: origin.dialect,
      identifier: question.identifier,
      deviceKind: question.deviceKind,
      policy: origin.policy,
      token: question.token ?? '',
      node,
      boot,
      connectionId: origin.connectionId,
      remoteAddress: origin.remoteAddress,
      gatewayNumber: question.gateway?.number,
      credentialId: question.credentialId,
      traceparent: traceparent ?? '',
    };
    return new Promise((resolve) => {
      const timer = after(timeoutMs, () => {
        this.#pending.delete(correlation);
        resolve(UNAVAILABLE);
      });
      this.#pending.set(correlation, { request, timer, resolve });
      // While the stream is down the question waits in #pending and goes out with the next one.
      this.#connect()?.write(request);
    });
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#stream?.end();
    for (const [correlation, pending] of this.#pending) this.#settle(correlation, pending, UNAVAILABLE);
  }

  #connect(): AdmitStream | undefined {
    if (this.#stream !== undefined || this.#retry !== undefined) return this.#stream;
    const stream = this.#options.open();
    this.#stream = stream;
    stream.on('data', (response) => {
      this.#failures = 0;
      const pending = this.#pending.get(response.correlation);
      if (pending !== undefined)
        this.#settle(response.correlation, pending, answerOf(response, pending.request));
    });
    stream.on('error', (error) => this.#lost(stream, error));
    stream.on('end', () => this.#lost(stream, new Error('the registry ended the stream')));
    return stream;
  }

  #settle(correlation: bigint, pending: Pending, answer: Answer): void {
    this.#pending.delete(correlation);
    pending.timer.cancel();
    pending.resolve(answer);
  }

  #lost(stream: AdmitStream, error: Error): void {
    if (this.#stream !== stream || this.#closed) return;
    this.#stream = undefined;
    stream.cancel();
    this.#options.streamLost(error);
    this.#retry = after(backoff(this.#failures++, RECONNECT), () => {
      this.#retry = undefined;
      if (this.#pending.size === 0) return;
      const next = this.#connect();
      for (const { request } of this.#pending.values()) next?.write(request);
    });
  }
}
