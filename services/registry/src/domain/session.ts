// A device's session as the rest of the platform can point at it.

/** One stay of a device at one edge. Another epoch is another session. */
export interface Session {
  readonly deviceNumber: bigint;
  readonly node: string;
  readonly connectionId: string;
  readonly epoch: bigint;
}

/** Where a device is; without a session it is offline. */
export interface Location {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly session: Session | undefined;
}

/** The end of a session, as an edge reports it. */
export interface Disconnection {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly reason: string;
  readonly atMs: number;
}

/** An edge's report made safe to store: a reason of at most 64 printable characters, a time that is one and not in the future. */
export function boundDisconnection(said: Disconnection, nowMs: number): Disconnection {
  const reason = said.reason.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 64);
  const atMs = Number.isFinite(said.atMs) && said.atMs > 0 ? Math.min(said.atMs, nowMs) : nowMs;
  return { ...said, reason: reason === '' ? 'unknown' : reason, atMs };
}
