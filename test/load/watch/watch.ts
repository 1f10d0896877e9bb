// `npm run bench -- watch`: how long it takes to be told to go on, and to have an answer, next to the least that is possible.
import { sleep } from '@mooring/runtime';
import { interruptible } from '../interrupt.js';
import { percentile } from '../measure/statistics.js';
import type { BenchOptions } from '../options.js';
import { say, sayTable } from '../report/say.js';
import { Camera, type Times, Viewer } from './peers.js';
import { bareTarget, mooringTarget, type WatchTarget } from './target.js';

/** One contestant's sessions. */
export interface WatchResult {
  readonly name: string;
  readonly sessions: number;
  readonly perS: number;
  readonly watchToReadyMs: readonly number[];
  readonly offerToAnswerMs: readonly number[];
}

/** Connects at a time: no more than a server takes in its stride. */
const DIALS_AT_ONCE = 25;
/** Sessions that are set up before the measured ones. */
const WARM_UP = 20;

export async function watch(options: BenchOptions): Promise<readonly WatchResult[]> {
  const results: WatchResult[] = [];
  for (const start of [mooringTarget, bareTarget]) {
    const target = await start();
    try {
      results.push(await interruptible(measure(target, options)));
    } finally {
      await target.stop();
    }
  }
  tell(results);
  return results;
}

async function measure(target: WatchTarget, { watchers, perS }: BenchOptions): Promise<WatchResult> {
  const peers: (Camera | Viewer)[] = [];
  const count = watchers + WARM_UP;
  try {
    const cameras = await dial(count, (n) => Camera.connect(target.cameras, identifier(n)));
    peers.push(...cameras);
    const viewers = await dial(count, () => Viewer.connect(target.viewers, target.token));
    peers.push(...viewers);
    say(`${target.name}: ${watchers} cameras and as many viewers are connected; ${perS} sessions a second`);
    await paced(viewers.slice(0, WARM_UP), perS, (viewer, n) => viewer.watch(identifier(n)));
    const measured = viewers.slice(WARM_UP);
    const times = await paced(measured, perS, (viewer, n) => viewer.watch(identifier(WARM_UP + n)));
    return {
      name: target.name,
      sessions: times.length,
      perS,
      watchToReadyMs: times.map(({ watchToReadyMs }) => watchToReadyMs),
      offerToAnswerMs: times.map(({ offerToAnswerMs }) => offerToAnswerMs),
    };
  } finally {
    for (const peer of peers) peer.end();
  }
}

const identifier = (n: number): string => `bench-cam-${n}`;

async function dial<T>(count: number, connect: (n: number) => Promise<T>): Promise<readonly T[]> {
  const connected: T[] = [];
  while (connected.length < count) {
    const next = Array.from({ length: Math.min(DIALS_AT_ONCE, count - connected.length) }, (_, n) =>
      connect(connected.length + n),
    );
    connected.push(...(await Promise.all(next)));
  }
  return connected;
}

/** Each begins when it is due, however long the ones before it take; one that fails, fails the benchmark. */
async function paced(
  viewers: readonly Viewer[],
  perS: number,
  watchOne: (viewer: Viewer, n: number) => Promise<Times>,
): Promise<readonly Times[]> {
  const startMs = performance.now();
  const running = viewers.map(async (viewer, n) => {
    await sleep((n / perS) * 1_000 - (performance.now() - startMs));
    return watchOne(viewer, n);
  });
  return Promise.all(running);
}

function tell(results: readonly WatchResult[]): void {
  const rows = results.flatMap(({ name, sessions, watchToReadyMs, offerToAnswerMs }) =>
    (
      [
        ['watch → ready', watchToReadyMs],
        ['offer → answer', offerToAnswerMs],
      ] as const
    ).map(([step, times]) => [
      `${name}, ${step}`,
      String(sessions),
      ...[50, 99, 100].map((rank) => percentile(times, rank).toFixed(1)),
    ]),
  );
  sayTable(['ms', 'sessions', 'p50', 'p99', 'max'], rows);
}
