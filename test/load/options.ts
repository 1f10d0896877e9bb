// The flags of `npm run bench`.
import { parseArgs } from 'node:util';
import { Fault } from '@mooring/runtime';

export const usage = `npm run bench -- ingest|connections|field|watch [flags]

  --quick          a short run that shows that everything works; its figures mean little
  --rounds N       rounds of each contestant (default 3)
  --only NAMES     contestants, comma-separated (default: all)

  ingest: reports from sockets to committed rows
  --plugs N        sockets (default 2000)
  --depth N        reports in flight per socket (default 8)
  --seconds N      measured per round and contestant, after the warm-up (default 15)
  --warm-up N      seconds (default 4)
  --latency        also measures latency, at half of each contestant's own rate

  connections: memory per admitted device
  --devices N      (default 15000)

  field: plugs at the rate of the field, a heartbeat every 4 s and a report every minute
  --homes N        plugs (default 1000)
  --minutes N      (default 10)

  watch: sessions between cameras at one edge and viewers at another
  --watchers N     cameras, and as many viewers (default 500)
  --per-s N        sessions set up a second (default 20)
`;

const LIMITS = {
  rounds: { quick: 1, default: 3, max: 50 },
  plugs: { quick: 200, default: 2_000, max: 15_000 },
  depth: { quick: 2, default: 8, max: 1_000 },
  seconds: { quick: 3, default: 15, max: 600 },
  'warm-up': { quick: 1, default: 4, max: 60 },
  devices: { quick: 500, default: 15_000, max: 18_000 },
  homes: { quick: 100, default: 1_000, max: 10_000 },
  minutes: { quick: 2, default: 10, max: 120 },
  watchers: { quick: 50, default: 500, max: 5_000 },
  'per-s': { quick: 20, default: 20, max: 1_000 },
} as const;

export interface BenchOptions {
  readonly bench: 'ingest' | 'connections' | 'field' | 'watch';
  readonly quick: boolean;
  readonly latency: boolean;
  /** Undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly rounds: number;
  readonly plugs: number;
  readonly depth: number;
  readonly seconds: number;
  readonly warmUpS: number;
  readonly devices: number;
  readonly homes: number;
  readonly minutes: number;
  readonly watchers: number;
  readonly perS: number;
}

/** Undefined when help is asked for. Fault `invalid` with every problem. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parse(args);
  const [bench] = positionals;
  if (values.help || bench === undefined) return undefined;
  const problems: string[] = [];
  if (!isBench(bench)) problems.push(`there is no benchmark ${bench}`);
  const number = (name: keyof typeof LIMITS): number => {
    const { quick, max, default: usual } = LIMITS[name];
    const text = values[name] ?? String(values.quick ? quick : usual);
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 1 && value <= max))
      problems.push(`--${name} must be a number from 1 to ${max}, not ${text}`);
    return value;
  };
  const options: BenchOptions = {
    bench: isBench(bench) ? bench : 'ingest',
    quick: values.quick,
    latency: values.latency,
    only: values.only?.split(','),
    rounds: number('rounds'),
    plugs: number('plugs'),
    depth: number('depth'),
    seconds: number('seconds'),
    warmUpS: number('warm-up'),
    devices: number('devices'),
    homes: number('homes'),
    minutes: number('minutes'),
    watchers: number('watchers'),
    perS: number('per-s'),
  };
  if (problems.length > 0) throw new Fault('invalid', problems.join('\n'));
  return options;
}

function isBench(name: string): name is BenchOptions['bench'] {
  return name === 'ingest' || name === 'connections' || name === 'field' || name === 'watch';
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: flag,
        latency: flag,
        help: flag,
        only: text,
        rounds: text,
        plugs: text,
        depth: text,
        seconds: text,
        'warm-up': text,
        devices: text,
        homes: text,
        minutes: text,
        watchers: text,
        'per-s': text,
      },
    });
  } catch (cause) {
    throw new Fault('invalid', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
