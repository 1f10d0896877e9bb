// Decides the order in which the parts of a process start and stop, and what the end of one means for the others.
import { deadline, untilAborted } from './clock.js';
import { asFault, Fault, isFault } from './fault.js';
import { logger } from './log.js';

/** Something with a lifetime: a server, a consumer, a connection, a loop. */
export interface Runnable {
  readonly name: string;
  /** How long its stop may take, in milliseconds; 10 000 when absent. */
  readonly stopLimitMs?: number;
  /**
   * Runs until the signal aborts, then winds down and returns. Calls `ready` once others may rely on it. Returning or
   * throwing before the signal aborts is a failure of the whole process.
   */
  run(scope: Scope): Promise<void>;
}

/** What a runnable is given to live by. */
export interface Scope {
  readonly signal: AbortSignal;
  ready(): void;
}

/** What is open from the start and closed at the stop. */
export function closedAtStop(name: string, ...resources: readonly { close(): void }[]): Runnable {
  return {
    name,
    async run({ signal, ready }) {
      ready();
      await untilAborted(signal);
      for (const resource of resources) resource.close();
    },
  };
}

const STOP_LIMIT_MS = 10_000;
const log = logger('run');

interface Running {
  readonly runnable: Runnable;
  readonly abort: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** Starts runnables one after the other and stops them in reverse order. */
export class Supervision {
  readonly #stop = new AbortController();
  readonly #stopped = untilAborted(this.#stop.signal);
  readonly #running: Running[] = [];
  #failure: Fault | undefined;
  #starting: string | undefined;

  /** Aborts when the process is to stop: on request, or because a runnable failed. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when `stopping` aborts. */
  get stopRequested(): Promise<void> {
    return this.#stopped;
  }

  /** The first failure, if there was any. */
  get failure(): Fault | undefined {
    return this.#failure;
  }

  /** The runnable that is not ready yet, if there is one. */
  get starting(): string | undefined {
    return this.#starting;
  }

  /** Asks for the end. Whoever called `start` calls `stop` when `stopping` aborts. */
  requestStop(): void {
    this.#stop.abort();
  }

  /** Like `requestStop`, with a reason that makes the process fail. Only the first reason is kept. */
  fail(error: unknown): void {
    this.#failure ??= asFault(error);
    this.#stop.abort();
  }

  /** Runs it and resolves when it is ready, or when the process is to stop. Never rejects. */
  async start(runnable: Runnable): Promise<void> {
    if (this.stopping.aborted) return;
    const abort = new AbortController();
    this.#starting = runnable.name;
    const ready = new Promise<void>((resolve) => {
      const ended = this.#run(runnable, { signal: abort.signal, ready: resolve });
      this.#running.push({ runnable, abort, ended });
    });
    await Promise.race([ready, this.stopRequested]);
    this.#starting = undefined;
  }

  async #run(runnable: Runnable, scope: Scope): Promise<void> {
    try {
      await runnable.run(scope);
      if (scope.signal.aborted) return;
      throw new Fault('internal', `${runnable.name} ended by itself`);
    } catch (error) {
      log.error({ runnable: runnable.name, err: error }, 'a part of the process failed');
      this.fail(error);
    }
  }

  /** Ends what was started, the last one first; each is told only after the later ones have ended. Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (let last = this.#running.pop(); last !== undefined; last = this.#running.pop()) {
      const { runnable, abort, ended } = last;
      abort.abort();
      try {
        await deadline(ended, runnable.stopLimitMs ?? STOP_LIMIT_MS, `stopping ${runnable.name}`);
      } catch (error) {
        if (!isFault(error, 'deadline')) throw error;
        log.error({ runnable: runnable.name, err: error }, 'a part of the process did not stop in time');
      }
    }
  }
}
