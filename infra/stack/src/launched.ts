// A started program: its pid, its end, its last words, and how to stop it.
import type { ChildProcess } from 'node:child_process';
import { after, Fault } from '@mooring/runtime';

export interface Launched {
  readonly pid: number;
  /** Resolves with a sentence when the process has ended, for whatever reason. */
  readonly exited: Promise<string>;
  /** The last lines it wrote to stderr. */
  readonly tail: () => string;
  /** Resolves when stderr has contained the text; Fault `unavailable` when the process ends before. */
  logged(text: string): Promise<void>;
  /** Asks it to stop, then kills it. Resolves when it has ended. */
  stop(): Promise<void>;
}

const TAIL_CHARACTERS = 4_000;
const STOP_LIMIT_MS = 15_000;

export function launched(
  name: string,
  child: ChildProcess,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Launched {
  let tail = '';
  const watchers = new Set<() => void>();
  child.stderr?.on('data', (data: Buffer) => {
    tail = (tail + data.toString('utf8')).slice(-TAIL_CHARACTERS);
    for (const watch of watchers) watch();
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} did not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`${name} ended with ${signal ?? `code ${code}`}`));
  });
  const logged = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (!tail.includes(text)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      void exited.then((why) => reject(new Fault('unavailable', `${why}: ${tail.trim()}`)));
    });
  const stop = async (): Promise<void> => {
    child.kill(stopSignal);
    const force = after(STOP_LIMIT_MS, () => void child.kill('SIGKILL'));
    await exited;
    force.cancel();
  };
  return { pid: child.pid ?? 0, exited, tail: () => tail, logged, stop };
}
