// Stands before several edges as a Service does: a new connection goes to the ready one that has the fewest.
import { Child } from '@mooring/harness';

/** An edge as the balancer knows it. */
export interface Backend {
  readonly port: number;
  /** Where it says whether it is ready. */
  readonly readiness: string;
}

/** What the balancer says of itself; lists of edges are in the order in which these were given. */
export interface BalancerState {
  readonly port: number;
  /** Connections to each. */
  readonly open: readonly number[];
  readonly ready: readonly boolean[];
  /** When connections came since it was asked last, in milliseconds that ascend. */
  readonly arrivals: readonly number[];
  /** The longest that it stood still meanwhile. */
  readonly stallS: number;
}

const ANSWER_LIMIT_MS = 10_000;

export class Balancer {
  readonly url: string;
  readonly #process: Child;
  #arrivals: number[] = [];
  #stallS = 0;

  private constructor(process: Child, { port }: BalancerState) {
    this.#process = process;
    this.url = `ws://127.0.0.1:${port}`;
  }

  static async open(backends: readonly Backend[]): Promise<Balancer> {
    const process = await Child.start(new URL('./_balancer-process.ts', import.meta.url), backends);
    return new Balancer(process, await process.ask<BalancerState>({}, ANSWER_LIMIT_MS));
  }

  /** Connections to the edge. */
  async open(index: number): Promise<number> {
    return (await this.#ask()).open[index] ?? 0;
  }

  async isReady(index: number): Promise<boolean> {
    return (await this.#ask()).ready[index] === true;
  }

  /** When connections came since this was asked last, and the longest that the balancer stood still meanwhile. */
  async arrivals(): Promise<Pick<BalancerState, 'arrivals' | 'stallS'>> {
    await this.#ask();
    const since = { arrivals: this.#arrivals.splice(0), stallS: this.#stallS };
    this.#stallS = 0;
    return since;
  }

  close(): Promise<void> {
    return this.#process.stop();
  }

  async #ask(): Promise<BalancerState> {
    const state = await this.#process.ask<BalancerState>({}, ANSWER_LIMIT_MS);
    for (const at of state.arrivals) this.#arrivals.push(at);
    this.#stallS = Math.max(this.#stallS, state.stallS);
    return state;
  }
}
