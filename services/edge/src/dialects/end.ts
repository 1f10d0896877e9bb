// Where the other end of something that passes between two connections is, and what became of what was sent there.

/** A connection at one of the edges. Dialects keep the other end's and hand it back. */
export interface ConnectionEnd {
  readonly node: string;
  readonly connectionId: string;
  /** The device's on that connection; 0 for a person. */
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
}

/**
 * Of a signal: handed over; handed over, but the channel that it is for is not joined; the other end is not there; nobody
 * knows.
 */
export type SignalOutcome = 'delivered' | 'not_joined' | 'gone' | 'lost';
