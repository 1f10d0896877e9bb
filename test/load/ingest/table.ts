// The tables of the ingest benchmark.
import { cpus } from 'node:os';
import { type Spread, spread } from '../measure/statistics.js';
import type { BenchOptions } from '../options.js';
import { say, sayTable } from '../report/say.js';
import type { IngestResult } from './result.js';

export function sayIngest(results: readonly IngestResult[], options: BenchOptions): void {
  const { plugs, depth, seconds, rounds } = options;
  const mooring = results.find(({ name }) => name === 'mooring');
  const rateOf = ({ rounds }: IngestResult): Spread => spread(rounds.map(({ perS }) => perS));
  say('');
  say(`${plugs} sockets, ${plugs * depth} reports in flight, ${seconds} s, ${rounds} rounds, interleaved`);
  sayTable(
    ['contestant', 'stored/s', 'min', 'max', 'mooring is', 'load cores'],
    results.map((result) => {
      const { median, min, max } = rateOf(result);
      const ratio = mooring === undefined ? Number.NaN : rateOf(mooring).median / median;
      const load = spread(result.rounds.map(({ loadCores }) => loadCores)).median;
      const cores = `${load.toFixed(2)} of ${cpus().length}`;
      return [result.name, whole(median), whole(min), whole(max), `${ratio.toFixed(2)} x`, cores];
    }),
  );
  say('CPU time per stored reading in µs, by process');
  sayTable(['contestant', 'all', 'processes'], results.map(cpuRow));
  if (!options.latency) return;
  say('From due to stored, open loop at half of the own rate, in ms');
  sayTable(
    ['contestant', 'readings/s', 'p50', 'min', 'max', 'p99', 'min', 'max'],
    results.map(({ name, latencies }) => {
      const perS = spread(latencies.map((latency) => latency.perS)).median;
      const p50 = spread(latencies.map(({ p50Ms }) => p50Ms));
      const p99 = spread(latencies.map(({ p99Ms }) => p99Ms));
      const all = [p50.median, p50.min, p50.max, p99.median, p99.min, p99.max];
      return [name, whole(perS), ...all.map((ms) => ms.toFixed(1))];
    }),
  );
}

function cpuRow({ name, rounds }: IngestResult): string[] {
  const processes = Object.keys(rounds[0]?.cpuUs ?? {});
  const of = (process: string): number => spread(rounds.map(({ cpuUs }) => cpuUs[process] ?? 0)).median;
  const all = processes.reduce((sum, process) => sum + of(process), 0);
  return [name, micros(all), processes.map((process) => `${process} ${micros(of(process))}`).join('  ')];
}

function micros(us: number): string {
  return us.toFixed(us < 100 ? 1 : 0);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
