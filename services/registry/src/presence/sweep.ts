// Marks the devices of lost edges offline, and ends the consoles of people there. Every replica sweeps; whoever comes first
// changes the rows.

import { edgeLease } from '@mooring/proto';
import { asFault, type Bus, every, LostNodes, type NodeProcess, type Runnable } from '@mooring/runtime';
import { events } from '../events.js';
import type { Store } from '../store/index.js';

const SWEEP_MS = 1_000;

export function leaseSweep(parts: {
  readonly bus: Pick<Bus, 'lease' | 'connectedSinceMs'>;
  readonly sessions: Pick<Store['sessions'], 'edgeProcesses' | 'endLost'>;
  readonly consoles: Pick<Store['consoles'], 'edgeProcesses' | 'endLost'>;
  /** Called when something was written that must be published. */
  committed(): void;
}): Runnable {
  const { bus, sessions, consoles } = parts;
  const edges = new LostNodes(bus, edgeLease);

  async function sweep(signal: AbortSignal): Promise<void> {
    for (const process of await edges.look(depended)) {
      const { node, boot } = process;
      const ended = await sessions.endLost(process, signal);
      if (ended > 0) events.edgeLost(node, boot, ended);
      parts.committed();
      events.consolesEnded('edge_lost', await consoles.endLost(process, signal));
    }
  }

  /** The processes that devices or people are at, each once. */
  async function depended(): Promise<readonly NodeProcess[]> {
    const all = await Promise.all([sessions.edgeProcesses(), consoles.edgeProcesses()]);
    return [...new Map(all.flat().map((one) => [`${one.node} ${one.boot}`, one])).values()];
  }

  return {
    name: 'lease sweep',
    async run({ signal, ready }) {
      ready();
      const attempt = (): Promise<void> =>
        sweep(signal).catch((error: unknown) => events.sweepFailed(asFault(error)));
      await every(SWEEP_MS, attempt, signal);
    },
  };
}
