// A process beside a test or a bench: its program is run from source, it says when it is ready, and it ends with them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, deadline, Fault } from '@mooring/runtime';

const FLAGS = ['--conditions=@mooring/source', '--import', 'tsx'];
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/** A program in a process of its own, spoken with by messages. */
export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#ended = once(child, 'exit');
  }

  /** Resolves at its first message. The options reach it as JSON in its first argument. */
  static async start(program: URL, options: object, flags: readonly string[] = []): Promise<Child> {
    const file = fileURLToPath(program);
    // A process that is inspected tells everybody so on stderr.
    const stderr = flags.length > 0 ? 'ignore' : 'inherit';
    const stdio = ['ignore', 'inherit', stderr, 'ipc'] as const;
    const child = new Child(
      fork(file, [JSON.stringify(options)], { execArgv: [...FLAGS, ...flags], stdio: [...stdio] }),
    );
    await child.#next(START_LIMIT_MS, `the start of ${file}`);
    return child;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Sends a message and resolves with the next one that comes. One question at a time. */
  async ask<A>(message: object, limitMs: number): Promise<A> {
    const answer = this.#next(limitMs, 'the answer of a process');
    this.#process.send(message);
    return (await answer) as A;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    const force = after(STOP_LIMIT_MS, () => void this.#process.kill('SIGKILL'));
    await this.#ended;
    force.cancel();
  }

  #next(limitMs: number, what: string): Promise<unknown> {
    const ended = this.#ended.then(() => {
      throw new Fault('unavailable', `a process ended before ${what}`);
    });
    const message = once(this.#process, 'message').then(([first]: unknown[]) => first);
    return deadline(Promise.race([message, ended]), limitMs, what);
  }
}
