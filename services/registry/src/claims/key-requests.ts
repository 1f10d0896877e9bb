// What a printer's request for its link key leads to.

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
