// Marks the devices of lost edges offline. Every replica sweeps; whoever comes first changes the rows.

import { edgeLease } from '@mooring/proto';
import { asFault, type Bus, deadline, every, type Lease, type Runnable, systemClock } from '@mooring/runtime';
import { findLost, type Missing } from '../domain/lease.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';

const SWEEP_MS = 1_000;
const LIST_LIMIT_MS = 5_000;

export function leaseSweep(parts: {
  readonly bus: Pick<Bus, 'lease' | 'connectedSinceMs'>;
  readonly sessions: Pick<Store['sessions'], 'edgeProcesses' | 'endLost'>;
  /** Called when something was written that must be published. */
  committed(): void;
}): Runnable {
  const { bus, sessions } = parts;
  let lease: Lease | undefined;
  let missing: Missing = new Map();

  async function sweep(signal: AbortSignal): Promise<void> {
    const connectedSinceMs = bus.connectedSinceMs;
    if (connectedSinceMs === undefined) {
      missing = new Map();
      return;
    }
    lease ??= await bus.lease(edgeLease.bucket, edgeLease.ttlMs);
    // In this order: an edge takes its lease before it admits, so whoever is in the rows is in the leases too.
    const processes = await sessions.edgeProcesses();
    const leases = await deadline(lease.list(), LIST_LIMIT_MS, 'listing leases');
    const found = findLost(missing, { processes, leases, nowMs: systemClock.now(), connectedSinceMs });
    missing = found.missing;
    for (const { node, boot } of found.lost) {
      const ended = await sessions.endLost({ node, boot }, signal);
      if (ended > 0) events.edgeLost(node, boot, ended);
      parts.committed();
    }
  }

  return {
    name: 'lease sweep',
    async run({ signal, ready }) {
      ready();
      const attempt = (): Promise<void> =>
        sweep(signal).catch((error: unknown) => {
          // What was not seen cannot count as missing.
          missing = new Map();
          events.sweepFailed(asFault(error));
        });
      await every(SWEEP_MS, attempt, signal);
    },
  };
}
