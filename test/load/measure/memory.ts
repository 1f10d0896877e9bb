// Memory of a process: its proportional set size, read when it has settled.
import { readFileSync } from 'node:fs';
import { sleep } from '@mooring/runtime';

const BETWEEN_MS = 2_000;
/** Two readings this close are the same one. */
const SAME = 0.005;

/** Proportional set size in bytes. */
function proportionalSetSize(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** The set size after `idleMs`, when two readings in a row agree; after `limitMs` the last one. */
export async function settledSetSize(pid: number, idleMs: number, limitMs: number): Promise<number> {
  await sleep(idleMs);
  const limit = performance.now() + limitMs;
  let last = proportionalSetSize(pid);
  for (;;) {
    await sleep(BETWEEN_MS);
    const now = proportionalSetSize(pid);
    if (Math.abs(now - last) <= now * SAME || performance.now() > limit) return now;
    last = now;
  }
}
