// How long a reading takes from the moment that it is due until it is stored, at half of what the contestant can do.
import { sleep } from '@mooring/runtime';
import type { Contestant } from '../contestants/contestant.js';
import { percentile } from '../measure/statistics.js';
import type { BenchOptions } from '../options.js';
import { drained, withPlugs } from './round.js';

export interface Latency {
  /** Readings a second that were offered. */
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const OF_CAPACITY = 0.5;

export async function measureLatency(
  contestant: Contestant,
  options: BenchOptions,
  capacityPerS: number,
): Promise<Latency> {
  await contestant.checkpoint();
  const perS = Math.round(capacityPerS * OF_CAPACITY);
  return withPlugs(contestant, options, async (fleet) => {
    await fleet.order({ do: 'open_loop', perS });
    await sleep(options.warmUpS * 1000);
    await fleet.order({ do: 'read' });
    await sleep(options.seconds * 1000);
    const { latenciesMs } = await drained(contestant, fleet);
    return { perS, p50Ms: percentile(latenciesMs, 50), p99Ms: percentile(latenciesMs, 99) };
  });
}
