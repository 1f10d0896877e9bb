// `npm run bench -- connections`: what a device that is connected costs the process that holds its socket.
import { Fault } from '@mooring/runtime';
import { spread } from '../measure/statistics.js';
import type { BenchOptions } from '../options.js';
import { say, sayTable } from '../report/say.js';
import { type ConnectionsRound, connectionsRound } from './round.js';
import { targets } from './target.js';

/** All that was measured of one contestant. */
export interface ConnectionsResult {
  readonly name: string;
  readonly rounds: readonly ConnectionsRound[];
}

export async function connections(options: BenchOptions): Promise<readonly ConnectionsResult[]> {
  const names = Object.keys(targets) as (keyof typeof targets)[];
  const chosen = names.filter((name) => options.only?.includes(name) ?? true);
  if (chosen.length === 0) throw new Fault('invalid', `--only knows ${names.join(', ')}`);
  const results = chosen.map((name) => ({ name, rounds: [] as ConnectionsRound[] }));
  for (let round = 1; round <= options.rounds; round++) {
    for (const { name, rounds } of results) {
      const measured = await connectionsRound(targets[name], options);
      rounds.push(measured);
      say(`Round ${round}: ${name} takes ${Math.round(measured.perDevice)} bytes a device`);
    }
  }
  sayConnections(results, options);
  return results;
}

function sayConnections(results: readonly ConnectionsResult[], { devices, rounds }: BenchOptions): void {
  const medianOf = (name: string): number =>
    spread(results.find((result) => result.name === name)?.rounds.map((round) => round.perDevice) ?? [])
      .median;
  say('');
  say(
    `${devices} devices, ${rounds} rounds, interleaved; proportional set size of the server process after a collection of garbage`,
  );
  sayTable(
    [
      'contestant',
      'bytes/device',
      'min',
      'max',
      'above bare',
      'empty MiB',
      'full MiB',
      'all in, s',
      'sent away',
    ],
    results.map(({ name, rounds: measured }) => {
      const bytes = spread(measured.map((round) => round.perDevice));
      const mib = (of: (round: ConnectionsRound) => number): string =>
        (spread(measured.map(of)).median / 1024 ** 2).toFixed(1);
      return [
        name,
        ...[bytes.median, bytes.min, bytes.max, bytes.median - medianOf('bare')].map((value) =>
          value.toFixed(0),
        ),
        spread(measured.map((round) => round.perDeviceAsItStands)).median.toFixed(0),
        mib(({ emptyBytes }) => emptyBytes),
        mib(({ fullBytes }) => fullBytes),
        spread(measured.map(({ admittedS }) => admittedS)).median.toFixed(1),
        String(spread(measured.map(({ returned }) => returned)).median),
      ];
    }),
  );
}
