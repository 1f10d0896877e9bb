// Real faults for a running stack: each is done, and undone again by what it answers.
import { every, sleep } from '@mooring/runtime';
import pg from 'pg';
import type { TestStack } from './_stack.js';

/** Ends the fault; a second call does nothing. */
export type Undo = () => Promise<void>;

const active = new Set<Undo>();

/** Ends whatever faults are left: after a test that failed in the middle. */
export async function undoAll(): Promise<void> {
  for (const undo of active) await undo();
}

function undoing(how: () => Promise<void>): Undo {
  const undo = async (): Promise<void> => {
    if (active.delete(undo)) await how();
  };
  active.add(undo);
  return undo;
}

/** Kills a part as often as it comes back, so that it is never there for long. */
export function keepKilled(mooring: TestStack, part: string): Undo {
  const stop = new AbortController();
  const killing = every(50, () => signal(mooring.pid(part), 'SIGKILL'), stop.signal);
  return undoing(async () => {
    stop.abort();
    await killing;
  });
}

/** The process is there and does nothing, as one that hangs. */
export function frozen(mooring: TestStack, part: string): Undo {
  const pid = mooring.pid(part);
  signal(pid, 'SIGSTOP');
  return undoing(async () => signal(pid, 'SIGCONT'));
}

/** The process stands still for most of the time, as one without a processor. */
export function starved(mooring: TestStack, part: string): Undo {
  const pid = mooring.pid(part);
  const stop = new AbortController();
  const starving = every(
    250,
    async () => {
      signal(pid, 'SIGSTOP');
      await sleep(600);
      signal(pid, 'SIGCONT');
    },
    stop.signal,
  );
  return undoing(async () => {
    stop.abort();
    await starving;
  });
}

/** A transaction that holds what these statements lock until it is undone. */
export async function locked(
  mooring: TestStack,
  database: string,
  ...statements: readonly string[]
): Promise<Undo> {
  const url = new URL(mooring.file.postgres);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query('BEGIN');
  for (const statement of statements) await client.query(statement);
  return undoing(async () => {
    await client.query('ROLLBACK');
    await client.end();
  });
}

/** A process that has ended meanwhile needs no signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
