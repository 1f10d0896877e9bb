// Decides which traces begin: a fraction of all, and none with a statement of a loop that only looks whether there is work.
import {
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

type Asked = Parameters<Sampler['shouldSample']>;

// pg makes no span without a parent; Prisma knows no such setting. Loops that ask every second would be most of all traces.
const STATEMENT = /^prisma:/;

/** Of the traces that begin here, the fraction `ratio` (0 to 1) is kept. */
export class RootSampler implements Sampler {
  readonly #ratio: Sampler;

  constructor(ratio: number) {
    this.#ratio = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(...asked: Asked): SamplingResult {
    const [, , name] = asked;
    if (STATEMENT.test(name)) return { decision: SamplingDecision.NOT_RECORD };
    return this.#ratio.shouldSample(...asked);
  }

  toString(): string {
    return `Root${this.#ratio.toString()}`;
  }
}
