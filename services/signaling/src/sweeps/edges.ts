// Takes viewers for gone whose edge lost its lease: it died before it could say so.
import { edgeLease } from '@mooring/proto';
import { asFault, type Bus, every, LostNodes, type Runnable } from '@mooring/runtime';
import { edgeLost, sweepFailed } from '../events.js';
import type { SessionReader } from '../store/sessions.js';
import type { SessionChanges } from '../watching/changes.js';

const LOOK_MS = 1_000;

export function edgeSweep(
  bus: Pick<Bus, 'lease' | 'connectedSinceMs'>,
  sessions: Pick<SessionReader, 'viewerEdges'>,
  changes: Pick<SessionChanges, 'edgeLost'>,
): Runnable {
  const edges = new LostNodes(bus, edgeLease);

  async function look(): Promise<void> {
    for (const lost of await edges.look(() => sessions.viewerEdges())) {
      await changes.edgeLost(lost);
      edgeLost(lost);
    }
  }

  return {
    name: 'edge sweep',
    async run({ signal, ready }) {
      ready();
      const attempt = (): Promise<void> =>
        look().catch((error: unknown) => sweepFailed('edges', asFault(error)));
      await every(LOOK_MS, attempt, signal);
    },
  };
}
