// Reads the figures of rollouts that metrics show.
import type { Pool } from './client.js';
import { query } from './fleet.js';
import { outboxAgeS } from './outbox.js';

/** What is read of the database when metrics are. */
export interface Levels {
  /** Updates in flight by status. */
  readonly inFlight: ReadonlyMap<string, number>;
  /** Groups by state. */
  readonly groups: ReadonlyMap<string, number>;
  /** Devices in the penalty box, or that asked to be left alone. */
  readonly blocked: number;
  /** Slots held, as a share of those of all running groups. */
  readonly slotsUsed: number;
  readonly outboxAgeS: number;
}

/** As they are; all replicas read the same. */
export async function readLevels(pool: Pool, nowMs: number): Promise<Levels> {
  const [inFlight, groups, [rest]] = await Promise.all([
    query<Count>(
      pool,
      'SELECT status AS key, count(*)::int FROM device_update WHERE ended_at IS NULL GROUP BY 1',
      [],
    ),
    query<Count>(pool, 'SELECT state AS key, count(*)::int FROM deployment_group GROUP BY 1', []),
    query<{ blocked: number; slots: number; held: number }>(
      pool,
      `SELECT (SELECT count(*) FROM fleet_device WHERE blocked_until > $1)::int AS blocked,
         COALESCE(sum(g.concurrent_updates), 0)::int AS slots,
         COALESCE(sum((SELECT count(*) FROM device_update u WHERE u.group_id = g.id AND u.queue = 'normal'
           AND u.ended_at IS NULL)), 0)::int AS held
       FROM deployment_group g WHERE g.state IN ('running', 'soaking')`,
      [new Date(nowMs)],
    ),
  ]);
  const { blocked, slots, held } = rest ?? { blocked: 0, slots: 0, held: 0 };
  return {
    inFlight: byKey(inFlight),
    groups: byKey(groups),
    blocked,
    slotsUsed: slots === 0 ? 0 : held / slots,
    outboxAgeS: await outboxAgeS(pool),
  };
}

interface Count {
  readonly key: string;
  readonly count: number;
}

function byKey(counts: readonly Count[]): ReadonlyMap<string, number> {
  return new Map(counts.map(({ key, count }) => [key, count]));
}
