// What must still be published: read in order and deleted by whichever replica holds the lock.
import { postgresFault } from '@mooring/runtime';
import type { DeviceFact } from '../domain/device-fact.js';
import { type Pool, type Queryable, rows, type Statement } from './sql.js';

// Any number, as long as no other lock of this database has it.
const RELAY_LOCK = 7_266_700;

const oldest: Statement = {
  name: 'outbox-oldest',
  text: `SELECT id, kind, device_id, device_number, organization_id, dialect, identifier, epoch, edge, connection_id,
    reason, tags, at, traceparent FROM outbox ORDER BY id LIMIT $1`,
};
// A join, because a planned `= ANY` compares every row with every id.
const remove: Statement = {
  name: 'outbox-remove',
  text: 'DELETE FROM outbox o USING unnest($1::bigint[]) AS gone(id) WHERE o.id = gone.id',
};
const age: Statement = {
  name: 'outbox-age',
  text: 'SELECT COALESCE(extract(epoch FROM now() - min(at)), 0)::float8 AS seconds FROM outbox',
};

interface OutboxRow {
  readonly id: string;
  readonly kind: DeviceFact['kind'];
  readonly device_id: string;
  readonly device_number: string;
  readonly organization_id: string;
  readonly dialect: string;
  readonly identifier: string;
  readonly epoch: string;
  readonly edge: string;
  readonly connection_id: string;
  readonly reason: string;
  readonly tags: readonly string[];
  readonly at: Date;
  readonly traceparent: string;
}

/** The outbox as its one reader sees it. */
export interface OpenOutbox {
  /** The oldest facts, in the order in which they happened per device. */
  oldest(limit: number): Promise<readonly DeviceFact[]>;
  remove(facts: readonly DeviceFact[]): Promise<void>;
}

export function outbox(pool: Pool) {
  return {
    /** Seconds since the oldest fact that is still to be published; 0 when there is none. */
    async ageS(): Promise<number> {
      const [row] = await rows<{ seconds: number }>(pool, age, []);
      return row?.seconds ?? 0;
    },

    /**
     * Runs `work` as the only one of all replicas; false when another one does already. The lock belongs to the
     * connection that `work` reads and deletes on, so who lost the one has lost the other.
     */
    async exclusively(work: (open: OpenOutbox) => Promise<void>): Promise<boolean> {
      const client = await pool.connect().catch((error: unknown) => {
        throw postgresFault(error);
      });
      let broken: Error | undefined;
      const onError = (error: Error): void => {
        broken = error;
      };
      client.on('error', onError);
      try {
        const lock = { name: 'outbox-lock', text: 'SELECT pg_try_advisory_lock($1) AS held' };
        const [row] = await rows<{ held: boolean }>(client, lock, [RELAY_LOCK]);
        if (row?.held !== true) return false;
        await work(openOutbox(client));
        return true;
      } catch (error) {
        broken ??= error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        client.off('error', onError);
        // The connection is closed rather than unlocked: that frees the lock in every case.
        client.release(broken ?? true);
      }
    },
  };
}

function openOutbox(on: Queryable): OpenOutbox {
  return {
    oldest: async (limit) => (await rows<OutboxRow>(on, oldest, [limit])).map(factOf),
    remove: async (facts) => {
      await rows(on, remove, [facts.map((fact) => fact.id)]);
    },
  };
}

function factOf(row: OutboxRow): DeviceFact {
  return {
    id: BigInt(row.id),
    kind: row.kind,
    deviceId: row.device_id,
    deviceNumber: BigInt(row.device_number),
    organizationId: row.organization_id,
    dialect: row.dialect,
    identifier: row.identifier,
    epoch: BigInt(row.epoch),
    edge: row.edge,
    connectionId: row.connection_id,
    reason: row.reason,
    tags: row.tags,
    atMs: row.at.getTime(),
    traceparent: row.traceparent,
  };
}
