// Decides which processes are lost, from who holds a lease and for how long somebody has not.
import { deadline, systemClock } from '../clock.js';
import type { Bus, Lease } from './bus.js';

/** One start of one node: it holds its lease under the name of the node, with its boot as the value. */
export interface NodeProcess {
  readonly node: string;
  readonly boot: string;
}

/** What one look saw. */
export interface Sighting {
  /** Processes that something depends on; read before the leases, so that a new process's lease is not missed. */
  readonly processes: readonly NodeProcess[];
  /** Node to boot. */
  readonly leases: ReadonlyMap<string, string>;
  readonly nowMs: number;
  /** Since when the bus has been connected without a break. */
  readonly connectedSinceMs: number;
}

/** Since when each process has been seen without its lease, by `keyOf`. */
export type Missing = ReadonlyMap<string, number>;

/** A lease that lapsed may still be renewed after the bus was away. */
const ABSENT_GRACE_MS = 5_000;
/** A lease in another process's name is final; one more look guards against a replica of the bucket that lags. */
const REPLACED_GRACE_MS = 1_000;
const LIST_LIMIT_MS = 5_000;

/** Who is lost now, and who has been missing since when. */
export function findLost(
  missing: Missing,
  sighting: Sighting,
): { readonly lost: readonly NodeProcess[]; readonly missing: Missing } {
  const { nowMs, connectedSinceMs, leases } = sighting;
  const lost: NodeProcess[] = [];
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

function keyOf(process: NodeProcess): string {
  return `${process.node}\n${process.boot}`;
}

/** Looks again and again at the leases of one bucket. */
export class LostNodes {
  readonly #bus: Pick<Bus, 'lease' | 'connectedSinceMs'>;
  readonly #bucket: { readonly bucket: string; readonly ttlMs: number };
  #lease: Lease | undefined;
  #missing: Missing = new Map();

  constructor(
    bus: Pick<Bus, 'lease' | 'connectedSinceMs'>,
    bucket: { readonly bucket: string; readonly ttlMs: number },
  ) {
    this.#bus = bus;
    this.#bucket = bucket;
  }

  /**
   * Those of `processes` that are lost; to be called about once a second. A process takes its lease before anything
   * depends on it, so whoever is in the answer of `processes` is in the leases too. Throws what `processes` throws, and
   * the faults of a lease; then nobody counts as missing any more.
   */
  async look(processes: () => Promise<readonly NodeProcess[]>): Promise<readonly NodeProcess[]> {
    const missing = this.#missing;
    this.#missing = new Map();
    const { connectedSinceMs } = this.#bus;
    if (connectedSinceMs === undefined) return [];
    this.#lease ??= await this.#bus.lease(this.#bucket.bucket, this.#bucket.ttlMs);
    const known = await processes();
    const leases = await deadline(this.#lease.list(), LIST_LIMIT_MS, 'listing leases');
    const sighting = { processes: known, leases, nowMs: systemClock.now(), connectedSinceMs };
    const found = findLost(missing, sighting);
    this.#missing = found.missing;
    return found.lost;
  }
}
