// Keeps which consoles are open, for whom and where, and notes of each that it was opened, and once that it ended.
import type { NodeProcess } from '@mooring/runtime';
import { consoleDeed, type HeldConsole, type OpenConsole, type UntoldEnd } from '../domain/console.js';
import { record } from './audit.js';
import type { ConsoleSession } from './generated/client.js';
import type { Db, Orm } from './orm.js';
import { type Pool, rows, type Statement } from './sql.js';

/** How many ends one transaction notes at most. */
const CHUNK = 200;

const processes: Statement = {
  name: 'console-processes',
  text: 'SELECT DISTINCT node, boot FROM console_session WHERE closed_at IS NULL',
};

export function consoles(orm: Orm, pool: Pool) {
  const closeChunk = (untold: UntoldEnd, which: object): Promise<number> =>
    orm.transact(async (db) => {
      const found = await db.consoleSession.findMany({
        where: { ...which, closedAt: null },
        orderBy: { id: 'asc' },
        take: CHUNK,
      });
      for (const session of found) await noteEnd(db, session, untold);
      return found.length;
    });
  async function close(untold: UntoldEnd, which: object, signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let ended = CHUNK; ended === CHUNK && !signal.aborted; ) {
      ended = await closeChunk(untold, which);
      total += ended;
    }
    return total;
  }

  return {
    /** Notes that it was opened; asked again for the same one, nothing more. */
    opened: (console: OpenConsole, remoteAddress: string): Promise<void> =>
      orm.transact(async (db) => {
        const { id, organizationId, deviceId, kind, userId, apiKeyId, at } = console;
        // An edge that does not say where the person is cannot be told anything, and says the end itself.
        if (at.node !== '') {
          const who = { userId: userId || null, apiKeyId: apiKeyId || null };
          const data = { id, organizationId, deviceId, kind, ...who, ...at };
          const { count } = await db.consoleSession.createMany({ data, skipDuplicates: true });
          if (count === 0) return;
        }
        const about = { organizationId, actor: userId || apiKeyId, resource: deviceId };
        const details = { session_id: id, kind, remote_address: remoteAddress };
        await record(db, { ...about, action: consoleDeed.opened, details });
      }),

    /** At most `limit` that are open, in the order of their ids from behind `after`, which is empty at first. */
    held: (after: string, limit: number): Promise<readonly HeldConsole[]> =>
      orm.read(async (db) => {
        const behind = after === '' ? {} : { id: { gt: after } };
        const where = { closedAt: null, ...behind };
        const found = await db.consoleSession.findMany({ where, orderBy: { id: 'asc' }, take: limit });
        const ids = found.map(({ deviceId }) => deviceId);
        const devices = await db.device.findMany({
          where: { id: { in: ids } },
          select: { id: true, organizationId: true },
        });
        const owners = new Map(devices.map(({ id, organizationId }) => [id, organizationId]));
        return found.map((row) => ({ ...consoleOf(row), deviceOrganizationId: owners.get(row.deviceId) }));
      }),

    /** The edge processes at which people have consoles. */
    edgeProcesses: (): Promise<readonly NodeProcess[]> => rows<NodeProcess & object>(pool, processes, []),

    /** Notes the end of those at a lost edge process, which can say it no more; answers how many ended. */
    endLost: ({ node, boot }: NodeProcess, signal: AbortSignal): Promise<number> =>
      close('edge_lost', { node, boot }, signal),

    /** The same for those that were opened so long ago that they cannot be open any more. */
    endOverdue: (openedBefore: Date, signal: AbortSignal): Promise<number> =>
      close('unknown', { openedAt: { lt: openedBefore } }, signal),
  };
}

async function noteEnd(db: Db, session: ConsoleSession, reason: UntoldEnd): Promise<void> {
  const { id, organizationId, deviceId, kind, userId, apiKeyId, openedAt } = session;
  const closedAt = new Date();
  const { count } = await db.consoleSession.updateMany({ where: { id, closedAt: null }, data: { closedAt } });
  // Another replica, or the edge itself, was quicker.
  if (count === 0) return;
  const durationS = Math.max(0, Math.round((closedAt.getTime() - openedAt.getTime()) / 1_000));
  const details = { session_id: id, kind, reason, duration_s: durationS };
  const actor = userId ?? apiKeyId ?? '';
  await record(db, { organizationId, actor, action: consoleDeed.closed, resource: deviceId, details });
}

function consoleOf(row: ConsoleSession): OpenConsole {
  const { id, organizationId, deviceId, kind, userId, apiKeyId, node, boot, connectionId } = row;
  const who = { userId: userId ?? '', apiKeyId: apiKeyId ?? '' };
  return { id, organizationId, deviceId, kind, ...who, at: { node, boot, connectionId } };
}
