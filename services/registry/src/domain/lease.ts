// Decides which edge processes are lost, from who holds a lease and for how long somebody has not.

/** One start of one edge node, as it stands in device rows. */
export interface EdgeProcess {
  readonly node: string;
  readonly boot: string;
}

/** What one sweep saw. */
export interface Sighting {
  /** Processes that devices are online at; read before the leases, so that a new process's lease is not missed. */
  readonly processes: readonly EdgeProcess[];
  /** Node to boot. */
  readonly leases: ReadonlyMap<string, string>;
  readonly nowMs: number;
  /** Since when the bus has been connected without a break. */
  readonly connectedSinceMs: number;
}

/** Since when each process has been seen without its lease, by `keyOf`. */
export type Missing = ReadonlyMap<string, number>;

/** A lease that lapsed may still be renewed after the bus was away; edges renew every two seconds. */
const ABSENT_GRACE_MS = 5_000;
/** A lease in another process's name is final; one more sweep guards against a replica of the bucket that lags. */
const REPLACED_GRACE_MS = 1_000;

/** Who is lost now, and who has been missing since when. */
export function findLost(
  missing: Missing,
  sighting: Sighting,
): { readonly lost: readonly EdgeProcess[]; readonly missing: Missing } {
  const { nowMs, connectedSinceMs, leases } = sighting;
  const lost: EdgeProcess[] = [];
  const next = new Map<string, number>();
  for (const process of sighting.processes) {
    const holder = leases.get(process.node);
    if (holder === process.boot) continue;
    const key = keyOf(process);
    const sinceMs = Math.max(missing.get(key) ?? nowMs, connectedSinceMs);
    next.set(key, sinceMs);
    const graceMs = holder === undefined ? ABSENT_GRACE_MS : REPLACED_GRACE_MS;
    if (nowMs - sinceMs >= graceMs) lost.push(process);
  }
  return { lost, missing: next };
}

function keyOf(process: EdgeProcess): string {
  return `${process.node}\n${process.boot}`;
}
