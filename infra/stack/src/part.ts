// One process of the stack: started, watched, started again when it dies, stopped when told.
import { backoff, logger, sleep } from '@mooring/runtime';
import type { Launched } from './launched.js';

export interface PartOptions {
  readonly name: string;
  /** Resolves when the process is ready for use; may give up when the signal aborts. */
  launch(signal: AbortSignal): Promise<Launched>;
  /** Told of each start (with its pid), death and failed attempt. */
  changed(part: Part): void;
  died(part: Part, why: string): void;
}

export type PartState = 'starting' | 'running' | 'restarting' | 'stopped';

const RESTART = { baseMs: 200, maxMs: 5_000 } as const;
/** A process that lived this long starts again at once, however often the one before failed. */
const STABLE_MS = 10_000;

const log = logger('stack');

export class Part {
  readonly name: string;
  readonly #options: PartOptions;
  readonly #stopping = new AbortController();
  #launched: Launched | undefined;
  #watching: Promise<void> = Promise.resolve();
  state: PartState = 'starting';
  restarts = 0;

  constructor(options: PartOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#launched?.pid;
  }

  /** The first start must succeed: its failure is the caller's to tell. One that is stopped meanwhile does not stay. */
  start(): Promise<void> {
    const starting = this.#start();
    this.#watching = starting.catch(() => undefined);
    return starting;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#launched?.stop();
    await this.#watching;
    this.state = 'stopped';
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopping;
    const launched = await this.#options.launch(signal);
    if (signal.aborted) return launched.stop();
    this.#running(launched);
    this.#watching = this.#watch(launched);
  }

  #running(launched: Launched): void {
    this.#launched = launched;
    this.state = 'running';
    this.#options.changed(this);
  }

  async #watch(first: Launched): Promise<void> {
    const { signal } = this.#stopping;
    let launched = first;
    let attempt = 0;
    while (!signal.aborted) {
      const startedMs = Date.now();
      const why = await launched.exited;
      if (signal.aborted) return;
      this.state = 'restarting';
      this.restarts += 1;
      this.#options.died(this, why);
      attempt = Date.now() - startedMs > STABLE_MS ? 0 : attempt + 1;
      const next = await this.#again(attempt);
      if (next === undefined) return;
      launched = next;
    }
  }

  async #again(firstAttempt: number): Promise<Launched | undefined> {
    const { signal } = this.#stopping;
    for (let attempt = firstAttempt; !signal.aborted; attempt++) {
      if (attempt > 0) await sleep(backoff(attempt - 1, RESTART), signal);
      if (signal.aborted) return undefined;
      try {
        const launched = await this.#options.launch(signal);
        this.#running(launched);
        if (signal.aborted) await launched.stop();
        return launched;
      } catch (error) {
        if (!signal.aborted) log.warn({ part: this.name, err: error }, 'restart failed');
      }
    }
    return undefined;
  }
}
