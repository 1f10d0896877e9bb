// One round of one contestant: a fresh server, its memory when idle, then with every device in.
import { interruptible } from '../interrupt.js';
import { inspect } from '../measure/inspected.js';
import { settledSetSize } from '../measure/memory.js';
import type { BenchOptions } from '../options.js';
import { Fleet } from '../plugs/fleet.js';
import type { Target } from './target.js';

export interface ConnectionsRound {
  /** Proportional set size of the server process after a collection of garbage, in bytes. */
  readonly emptyBytes: number;
  readonly fullBytes: number;
  /** What each device added, in bytes. */
  readonly perDevice: number;
  /** The same as the process stands a while after the devices came, without a collection. */
  readonly perDeviceAsItStands: number;
  /** From the first connect until all devices are in. */
  readonly admittedS: number;
  /** How often a server sent a device away and it came back. */
  readonly returned: number;
}

/** Well below the limit of open files of one process, which is 20 000 at the lowest. */
const PLUGS_PER_PROCESS = 5_000;
/** Not a limit: as fast as the plugs can. */
const CONNECTS_PER_S = 1_000_000;
const IDLE_MS = 8_000;
const SETTLE_LIMIT_MS = 45_000;

export async function connectionsRound(
  start: () => Promise<Target>,
  { devices, quick }: BenchOptions,
): Promise<ConnectionsRound> {
  const target = await start();
  const fleets: Fleet[] = [];
  try {
    for (let first = 0; first < devices; first += PLUGS_PER_PROCESS) {
      const plugs = Math.min(PLUGS_PER_PROCESS, devices - first);
      fleets.push(
        await Fleet.start({ port: target.port, plugs, first, connectsPerS: CONNECTS_PER_S, returns: true }),
      );
    }
    return await interruptible(measure(target, fleets, devices, quick));
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
    await target.stop();
  }
}

async function measure(
  target: Target,
  fleets: readonly Fleet[],
  devices: number,
  quick: boolean,
): Promise<ConnectionsRound> {
  const settled = (idleMs: number): Promise<number> =>
    quick ? settledSetSize(target.pid, 0, 0) : settledSetSize(target.pid, idleMs, SETTLE_LIMIT_MS);
  const collect = await inspect(target);
  const emptyAsItStands = await settled(IDLE_MS);
  await collect();
  const emptyBytes = await settled(0);
  const startMs = performance.now();
  await Promise.all(fleets.map((fleet) => fleet.order({ do: 'connect' })));
  await target.admitted(devices);
  const admittedS = (performance.now() - startMs) / 1000;
  const fullAsItStands = await settled(IDLE_MS);
  await collect();
  const fullBytes = await settled(0);
  await target.admitted(devices);
  const states = await Promise.all(fleets.map((fleet) => fleet.order({ do: 'read' })));
  const returned = states.reduce((sum, { lost }) => sum + lost, 0);
  return {
    emptyBytes,
    fullBytes,
    perDevice: (fullBytes - emptyBytes) / devices,
    perDeviceAsItStands: (fullAsItStands - emptyAsItStands) / devices,
    admittedS,
    returned,
  };
}
