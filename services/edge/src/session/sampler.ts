// Decides which frames are traced by counting, before any tracer is called: a span costs more than parsing a frame.
import { contextFromTraceparent, currentTraceparent, inSpan } from '@mooring/runtime';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Origin } from './ports.js';

/** Shared by all sessions of the process. */
export class Sampler {
  readonly #oneIn: number;
  #countdown = 1;
  /** Traceparent of the sampled frame that is being stepped right now. */
  active: string | undefined;

  /** 0 traces none. */
  constructor(oneIn: number) {
    this.#oneIn = oneIn;
  }

  run({ dialect, connectionId, traceparent }: Origin, fn: () => void): void {
    if (this.#oneIn === 0 || --this.#countdown > 0) {
      fn();
      return;
    }
    this.#countdown = this.#oneIn;
    const upgraded = traceparent && trace.getSpanContext(contextFromTraceparent(traceparent));
    const options = {
      kind: SpanKind.SERVER,
      parent: ROOT_CONTEXT,
      attributes: { 'mooring.dialect': dialect, 'mooring.connection': connectionId },
      links: upgraded ? [{ context: upgraded }] : [],
    };
    inSpan('edge frame', options, () => {
      this.active = currentTraceparent();
      try {
        fn();
      } finally {
        this.active = undefined;
      }
    });
  }
}
