// Marks the devices of lost edges offline, and ends the consoles of people there. Every replica sweeps; whoever comes first
// changes the rows.

import { edgeLease } from '@mooring/proto';
import { asFault, type Bus, every, LostNodes, type Runnable } from '@mooring/runtime';
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
  const edgesOfPeople = new LostNodes(bus, edgeLease);

  async function sweep(signal: AbortSignal): Promise<void> {
    for (const { node, boot } of await edges.look(() => sessions.edgeProcesses())) {
      const ended = await sessions.endLost({ node, boot }, signal);
      if (ended > 0) events.edgeLost(node, boot, ended);
      parts.committed();
    }
    for (const process of await edgesOfPeople.look(() => consoles.edgeProcesses())) {
      events.consolesEnded('edge_lost', await consoles.endLost(process, signal));
    }
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
