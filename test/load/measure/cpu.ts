// CPU time of processes, from /proc.
import { readFileSync } from 'node:fs';

/** USER_HZ: what /proc counts in on every Linux architecture that Node has a binary for. */
const TICKS_PER_S = 100;
const US_PER_TICK = 1_000_000 / TICKS_PER_S;

/** A process to be measured; of `tree`, its children count too, ended ones included: Postgres and its backends. */
export interface Measured {
  readonly name: string;
  readonly pid: number;
  readonly tree?: boolean;
}

/** Microseconds of user and system time so far, by name; processes of the same name are added up. */
export function cpuTimes(processes: readonly Measured[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { name, pid, tree = false } of processes)
    times.set(name, (times.get(name) ?? 0) + (tree ? ofTree(pid) : ofProcess(pid).own));
  return times;
}

function ofTree(pid: number): number {
  const { own, endedChildren } = ofProcess(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + ofChild(Number(child)), own + endedChildren);
}

// It may end between being listed and being read; then it is part of `endedChildren` the next time.
function ofChild(pid: number): number {
  try {
    return ofTree(pid);
  } catch {
    return 0;
  }
}

function ofProcess(pid: number): { own: number; endedChildren: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces. After it: state is field 3, utime 14, stime 15, cutime 16, cstime 17.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = (field: number): number => fields[field - 3] ?? 0;
  return { own: (ticks(14) + ticks(15)) * US_PER_TICK, endedChildren: (ticks(16) + ticks(17)) * US_PER_TICK };
}
