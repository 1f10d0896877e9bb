// Reads sessions: one, a page of them, how many there are; and forgets those that nobody needs any more.
import { type NodeProcess, postgresFault } from '@mooring/runtime';
import type { Session, SessionState } from '../domain/session.js';
import type { Database } from './client.js';
import { fromRow } from './row.js';

/** What a list is confined to. */
export interface SessionQuery {
  readonly organizationIds: readonly string[];
  /** Undefined: of every device. */
  readonly deviceId: string | undefined;
  /** Only those that have not ended, or only those that have; both when undefined. */
  readonly active: boolean | undefined;
  readonly limit: number;
  readonly before: Place | undefined;
}

/** Where a page ends. */
export interface Place {
  readonly createdAtMs: number;
  readonly id: string;
}

const DAY_MS = 86_400_000;
const FORGET_AT_ONCE = 5_000;

/** Everything about sessions that changes none which go on. Faults of the database. */
export function sessionReader(database: Database) {
  const { watchSession } = database;
  return {
    /** Newest first, at most `limit`. */
    list({ organizationIds, deviceId, active, limit, before }: SessionQuery): Promise<Session[]> {
      const place = before && { createdAt: new Date(before.createdAtMs), id: before.id };
      const where = {
        organizationId: { in: [...organizationIds] },
        ...(deviceId === undefined ? {} : { deviceId }),
        ...(active === undefined ? {} : { endedAt: active ? null : { not: null } }),
        ...(place === undefined
          ? {}
          : {
              OR: [
                { createdAt: { lt: place.createdAt } },
                { createdAt: place.createdAt, id: { lt: place.id } },
              ],
            }),
      };
      const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
      return faulty(async () => (await watchSession.findMany({ where, orderBy, take: limit })).map(fromRow));
    },

    /** Ended ones too. */
    byIds(ids: readonly string[]): Promise<Session[]> {
      return faulty(async () =>
        (await watchSession.findMany({ where: { id: { in: [...ids] } } })).map(fromRow),
      );
    },

    /** How many go on, by state; those that are being made are `pending`. */
    count(): Promise<ReadonlyMap<SessionState, number>> {
      return faulty(async () => {
        const groups = await watchSession.groupBy({
          by: ['state'],
          where: { endedAt: null },
          _count: { id: true },
        });
        return new Map(groups.map(({ state, _count }) => [state as SessionState, _count.id]));
      });
    },

    /** The edge processes that viewers are at, as far as is known. */
    viewerEdges(): Promise<NodeProcess[]> {
      return faulty(async () => {
        const rows = await watchSession.groupBy({
          by: ['viewerNode', 'viewerBoot'],
          where: { endedAt: null, viewerLostAt: null },
        });
        return rows.map(({ viewerNode: node, viewerBoot: boot }) => ({ node, boot }));
      });
    },

    /** Whether any session waited in vain until then. */
    anyDue(atMs: number): Promise<boolean> {
      const where = { endedAt: null, deadlineAt: { lte: new Date(atMs) } };
      return faulty(async () => (await watchSession.findFirst({ where, select: { id: true } })) !== null);
    },

    /** Forgets every session of a device that has ended; how many there were. */
    forgetDevice(deviceId: string): Promise<number> {
      return faulty(async () => {
        const { count } = await watchSession.deleteMany({ where: { deviceId, endedAt: { not: null } } });
        return count;
      });
    },

    /** Forgets sessions that ended longer ago than `days`, a bounded number at a time; how many there were. */
    forgetOld(days: number, nowMs: number): Promise<number> {
      const before = new Date(nowMs - days * DAY_MS);
      return faulty(async () => {
        let total = 0;
        for (let count = FORGET_AT_ONCE; count === FORGET_AT_ONCE; total += count) {
          count = await database.$executeRaw`
            DELETE FROM watch_session WHERE id IN (
              SELECT id FROM watch_session WHERE ended_at < ${before} LIMIT ${FORGET_AT_ONCE}
            )`;
        }
        return total;
      });
    },
  };
}

export type SessionReader = ReturnType<typeof sessionReader>;

async function faulty<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error);
  }
}
