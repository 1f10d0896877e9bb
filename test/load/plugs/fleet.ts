// A process of plugs, as the bench holds it: one order at a time.
import { Child } from '@mooring/harness';
import type { Answer, Order, PlugsOptions, PlugsState } from './orders.js';

const PROGRAM = new URL('process.ts', import.meta.url);
const ORDER_LIMIT_MS = 120_000;

export class Fleet {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** The process runs; its plugs are not connected yet. */
  static async start(options: PlugsOptions): Promise<Fleet> {
    return new Fleet(await Child.start(PROGRAM, options));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Fault `unavailable` when the plugs could not, `deadline` when they took too long. */
  async order(order: Order): Promise<PlugsState> {
    const answer = await this.#child.ask<Answer>(order, ORDER_LIMIT_MS);
    if ('failed' in answer) throw new Error(`plugs could not ${order.do}: ${answer.failed}`);
    return answer.state;
  }

  /** Cuts all connections and ends the process. */
  stop(): Promise<void> {
    return this.#child.stop();
  }
}
