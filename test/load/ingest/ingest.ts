// `npm run bench -- ingest`: who stores how many readings a second, at what cost.
import { Fault } from '@mooring/runtime';
import type { Contestant } from '../contestants/contestant.js';
import { startMooring } from '../contestants/mooring.js';
import { startBare, startObvious } from '../contestants/pair.js';
import { interruptible } from '../interrupt.js';
import type { BenchOptions } from '../options.js';
import { say } from '../report/say.js';
import { measureLatency } from './latency.js';
import type { IngestResult } from './result.js';
import { measureRate } from './round.js';
import { sayIngest } from './table.js';

const STARTS = { mooring: () => startMooring(), obvious: startObvious, bare: startBare };

export async function ingest(options: BenchOptions): Promise<readonly IngestResult[]> {
  const names = Object.keys(STARTS) as (keyof typeof STARTS)[];
  const chosen = names.filter((name) => options.only?.includes(name) ?? true);
  if (chosen.length === 0) throw new Fault('invalid', `--only knows ${names.join(', ')}`);
  const contestants: Contestant[] = [];
  try {
    for (const name of chosen) {
      say(`Starting ${name}`);
      contestants.push(await STARTS[name]());
    }
    const results = await interruptible(measure(contestants, options));
    sayIngest(results, options);
    return results;
  } finally {
    for (const contestant of contestants.reverse()) await contestant.stop();
  }
}

async function measure(contestants: readonly Contestant[], options: BenchOptions): Promise<IngestResult[]> {
  const results = contestants.map(({ name }): IngestResult => ({ name, rounds: [], latencies: [] }));
  for (let round = 1; round <= options.rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const measured = await measureRate(contestant, options);
      results[index]?.rounds.push(measured);
      say(`Round ${round}: ${contestant.name} stored ${Math.round(measured.perS)} readings/s`);
    }
  }
  if (!options.latency) return results;
  for (let round = 1; round <= options.rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const result = results[index];
      const capacity = Math.min(...(result?.rounds.map(({ perS }) => perS) ?? []));
      const measured = await measureLatency(contestant, options, capacity);
      result?.latencies.push(measured);
      say(`Latency ${round}: ${contestant.name} p50 ${measured.p50Ms.toFixed(1)} ms at ${measured.perS}/s`);
    }
  }
  return results;
}
