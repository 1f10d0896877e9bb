// One round of one contestant: connects plugs, warms up, measures for some seconds, waits until everything is stored.
import { Fault, sleep } from '@mooring/runtime';
import type { Contestant } from '../contestants/contestant.js';
import { cpuTimes } from '../measure/cpu.js';
import type { BenchOptions } from '../options.js';
import { Fleet } from '../plugs/fleet.js';
import type { PlugsState } from '../plugs/orders.js';

export interface Round {
  /** Stored readings a second in the measured seconds. */
  readonly perS: number;
  /** Microseconds of CPU per stored reading, by process. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Cores that the load generator took. */
  readonly loadCores: number;
  /** Reports sent in the whole round, warm-up included; as many rows were added. */
  readonly sent: number;
}

const POLL_MS = 100;
const STALL_LIMIT_MS = 15_000;
const CONNECTS_PER_S = 4_000;

/** Connects plugs to the contestant, runs `work`, and cuts them again. Plugs of all rounds are the same devices. */
export async function withPlugs<T>(
  contestant: Contestant,
  { plugs }: BenchOptions,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const { port, stored } = contestant;
  const fleet = await Fleet.start({
    port,
    plugs,
    first: 0,
    connectsPerS: CONNECTS_PER_S,
    returns: false,
    stored,
  });
  let result: T;
  try {
    await fleet.order({ do: 'connect' });
    await contestant.admitted(plugs);
    result = await work(fleet);
  } finally {
    await fleet.stop();
  }
  await contestant.admitted(0);
  return result;
}

export async function measureRate(contestant: Contestant, options: BenchOptions): Promise<Round> {
  await contestant.checkpoint();
  const before = await contestant.rows();
  const round = await withPlugs(contestant, options, async (fleet) => {
    await fleet.order({ do: 'closed_loop', inFlight: options.plugs * options.depth });
    await sleep(options.warmUpS * 1000);
    const start = await sample(contestant, fleet);
    await sleep(options.seconds * 1000);
    const end = await sample(contestant, fleet);
    const { sent } = await drained(contestant, fleet);
    return { ...between(start, end), sent };
  });
  const added = (await contestant.rows()) - before;
  if (added !== round.sent)
    throw new Fault('internal', `${contestant.name} stored ${added} readings of ${round.sent}`);
  await contestant.followedUp();
  return round;
}

interface Sample {
  readonly atMs: number;
  readonly stored: number;
  readonly cpuUs: ReadonlyMap<string, number>;
  readonly loadUs: number;
}

const LOAD = 'load';

async function sample(contestant: Contestant, fleet: Fleet): Promise<Sample> {
  const { stored } = await fleet.order({ do: 'read' });
  const loadUs = cpuTimes([{ name: LOAD, pid: fleet.pid }]).get(LOAD) ?? 0;
  return { atMs: performance.now(), stored, cpuUs: cpuTimes(contestant.processes()), loadUs };
}

function between(start: Sample, end: Sample): Omit<Round, 'sent'> {
  const stored = end.stored - start.stored;
  const elapsedMs = end.atMs - start.atMs;
  const cpuUs = [...end.cpuUs].map(([name, us]) => [name, (us - (start.cpuUs.get(name) ?? 0)) / stored]);
  return {
    perS: (stored / elapsedMs) * 1000,
    cpuUs: Object.fromEntries(cpuUs),
    loadCores: (end.loadUs - start.loadUs) / 1000 / elapsedMs,
  };
}

/** Stops sending and waits until all that was sent is stored. Fault `deadline` when it stops getting more. */
export async function drained({ name }: Contestant, fleet: Fleet): Promise<PlugsState> {
  let state = await fleet.order({ do: 'pause' });
  let progressMs = performance.now();
  while (state.stored < state.sent) {
    await sleep(POLL_MS);
    const next = await fleet.order({ do: 'read' });
    if (next.stored > state.stored) progressMs = performance.now();
    if (performance.now() - progressMs > STALL_LIMIT_MS)
      throw new Fault('deadline', `${name} stored ${next.stored} readings of ${next.sent} and no more`);
    state = { ...next, latenciesMs: [...state.latenciesMs, ...next.latenciesMs] };
  }
  if (state.lost > 0) throw new Fault('internal', `${name} ended ${state.lost} connections`);
  return state;
}
