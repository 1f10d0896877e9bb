// What a printer's request for its link key leads to.
import { systemClock } from '@mooring/runtime';
import { identify } from '../domain/identifier.js';
import { events } from '../events.js';
import type { Notices } from '../presence/notices.js';
import type { Store } from '../store/index.js';

/** A printer that asked, through a bridge, for the link key that it joins with (berg.md 4.4). */
export interface KeyRequest {
  /** The bridge device that passed the request on. */
  readonly bridgeNumber: bigint;
  /** The printer's EUI-64: 16 hex digits. */
  readonly address: string;
  /** When, by the edge's clock. */
  readonly atMs: number;
}

/** Told of every request, in the order of their arrival. */
export interface KeyRequests {
  /** Safe to repeat. Faults `unavailable` and `internal` of the database. */
  requested(request: KeyRequest): Promise<void>;
}

export interface KeyRequestsOptions {
  readonly store: Pick<Store, 'keyRequests'>;
  readonly secret: Buffer;
  readonly notices: Notices;
  /** Called when something was written that must be published. */
  committed(): void;
  /** Called when a command was queued. */
  commanded(): void;
}

/** Keeps each request, and answers those of printers that somebody has claimed. */
export function keyRequests(options: KeyRequestsOptions): KeyRequests {
  const { store, secret, notices, committed, commanded } = options;
  // Whoever asked has no wish that could end: the notice ends by its own limits.
  const { signal } = new AbortController();
  return {
    async requested({ bridgeNumber, address, atMs }) {
      const identified = identify('berg', address);
      if ('problem' in identified) {
        events.keyRequest('malformed');
        return;
      }
      const nowMs = systemClock.now();
      // An edge's clock may be ahead; a request in the future would make all until then repetitions.
      const boundedMs = Number.isFinite(atMs) && atMs > 0 ? Math.min(Math.trunc(atMs), nowMs) : nowMs;
      const { requested } = store.keyRequests;
      const { outcome, left } = await requested(secret, bridgeNumber, identified.identifier, boundedMs);
      events.keyRequest(outcome);
      if (outcome === 'claimed') committed();
      if (outcome === 'claimed' || outcome === 'sent') commanded();
      if (left !== undefined) await notices.end('device_deleted', async () => left, signal);
    },
  };
}
