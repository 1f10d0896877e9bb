// Sessions as device rows hold them: where they are, when they end, when they were last heard of.
import type { EdgeProcess } from '../domain/lease.js';
import type { Disconnection, Location, Session } from '../domain/session.js';
import { endTargets } from './session-end.js';
import { type Pool, type Queryable, rows, type Statement } from './sql.js';

// Those that speak through a gateway on the same connection end with it. One that was given up as lost has ended now,
// whatever its edge reports late.
const endReported: Statement = {
  name: 'end-reported',
  text: `
  WITH said AS (
    SELECT number, epoch, reason, to_timestamp(at_ms / 1000) AS at
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::float8[]) AS s(number, epoch, reason, at_ms)
  ),
  meant AS (
    SELECT d.id, d.number, d.epoch, d.edge, d.connection_id, s.reason, s.at
    FROM said s JOIN device d ON d.number = s.number AND d.epoch = s.epoch AND d.online
  ),
  target AS (
    SELECT number, epoch, reason, at FROM meant
    UNION ALL
    SELECT c.number, c.epoch, m.reason, m.at
    FROM meant m
    JOIN device c ON c.parent_id = m.id AND c.online AND c.connection_id = m.connection_id AND c.edge = m.edge
  ),
  settled AS (
    UPDATE device d SET reason = s.reason FROM said s
    WHERE d.number = s.number AND d.epoch = s.epoch AND NOT d.online AND d.reason = 'edge_lost'
  ),
  ${endTargets}`,
};

const endUnconfirmedSessions: Statement = {
  name: 'end-unconfirmed',
  text: `
  WITH target AS (
    SELECT d.number, d.epoch, 'unconfirmed' AS reason, now() AS at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) AS u(dialect, identifier, connection, at_ms)
    JOIN device d ON d.dialect = u.dialect AND d.identifier = u.identifier
    WHERE d.online AND d.connection_id = u.connection AND d.since <= to_timestamp(u.at_ms / 1000)
  ),
  ${endTargets}`,
};

const endLost: Statement = {
  name: 'end-lost',
  text: `
  WITH target AS (
    SELECT number, epoch, 'edge_lost' AS reason, now() AS at
    FROM device WHERE edge = $1 AND boot = $2 ORDER BY number LIMIT $3
  ),
  ${endTargets}`,
};

// A lease may lapse while its edge lives: what it still holds under the very epoch that was given up goes on.
const seen: Statement = {
  name: 'seen',
  text: `
  WITH said AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS s(number, epoch)
  ),
  locked AS (
    SELECT d.id, d.number, d.epoch, d.online, h.connected_at
    FROM said s
    JOIN device d ON d.number = s.number AND d.epoch = s.epoch
    LEFT JOIN connection h ON h.device_id = d.id AND h.epoch = d.epoch
    WHERE d.online AND d.edge = $3 OR NOT d.online AND d.reason = 'edge_lost' AND d.connection_id IS NOT NULL
    ORDER BY d.number
    FOR NO KEY UPDATE OF d
  ),
  marked AS (
    UPDATE device d
    SET last_seen = GREATEST(d.last_seen, LEAST(to_timestamp($5::float8 / 1000), now())),
      online = true, edge = $3, boot = CASE WHEN l.online THEN d.boot ELSE $4 END, reason = '',
      since = CASE WHEN l.online THEN d.since ELSE COALESCE(l.connected_at, now()) END
    FROM locked l
    WHERE d.number = l.number AND d.epoch = l.epoch
    RETURNING d.id, d.number, d.organization_id, d.dialect, d.identifier, d.epoch, d.edge, d.connection_id,
      NOT l.online AS revived
  ),
  reopened AS (
    UPDATE connection c SET disconnected_at = NULL, reason = ''
    FROM marked m WHERE m.revived AND c.device_id = m.id AND c.epoch = m.epoch
  ),
  told AS (
    INSERT INTO outbox (kind, device_id, device_number, organization_id, dialect, identifier, epoch, edge,
      connection_id)
    SELECT 'connected', id, number, organization_id, dialect, identifier, epoch, edge, connection_id
    FROM marked WHERE revived
  )
  SELECT count(*)::int AS count FROM marked WHERE revived`,
};

// A walk from one (edge, boot) to the next over the index: as many steps as there are edges, however many devices.
const processes: Statement = {
  name: 'processes',
  text: `
  WITH RECURSIVE walk AS (
    (SELECT edge, boot FROM device WHERE edge IS NOT NULL ORDER BY edge, boot LIMIT 1)
    UNION ALL
    SELECT n.edge, n.boot FROM walk w
    CROSS JOIN LATERAL (
      SELECT edge, boot FROM device WHERE (edge, boot) > (w.edge, w.boot) ORDER BY edge, boot LIMIT 1
    ) n
  )
  SELECT edge AS node, boot FROM walk`,
};

const where: Statement = {
  name: 'locate',
  text: 'SELECT number, epoch, edge, connection_id FROM device WHERE id = $1::uuid',
};

interface WhereRow {
  readonly number: string;
  readonly epoch: string;
  readonly edge: string | null;
  readonly connection_id: string | null;
}

/** A session that its edge still holds. */
export interface Heard {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
}

/** An admission of which nobody knows whether it was committed. */
export interface Unconfirmed {
  readonly dialect: string;
  readonly identifier: string;
  readonly connectionId: string;
  /** When it was given up; a session that began later is not meant. */
  readonly atMs: number;
}

/** How many sessions one statement ends at most when an edge is lost. */
const LOST_CHUNK = 10_000;

export function sessions(pool: Pool) {
  return {
    /** Ends those sessions that are still the devices' present ones, and their children's; answers how many ended. */
    endReported: (said: readonly Disconnection[]): Promise<number> =>
      count(pool, endReported, [
        said.map((each) => each.deviceNumber),
        said.map((each) => each.epoch),
        said.map((each) => each.reason),
        said.map((each) => each.atMs),
      ]),

    /** Ends what admissions without a known outcome may have begun; answers how many ended. */
    endUnconfirmed: (doubts: readonly Unconfirmed[]): Promise<number> =>
      count(pool, endUnconfirmedSessions, [
        doubts.map((each) => each.dialect),
        doubts.map((each) => each.identifier),
        doubts.map((each) => each.connectionId),
        doubts.map((each) => each.atMs),
      ]),

    /** Ends every session at a lost edge process, in bounded steps; answers how many ended. */
    async endLost(process: EdgeProcess, signal: AbortSignal): Promise<number> {
      let total = 0;
      while (!signal.aborted) {
        const ended = await count(pool, endLost, [process.node, process.boot, LOST_CHUNK]);
        if (ended === 0) break;
        total += ended;
      }
      return total;
    },

    /**
     * Notes which sessions of a node were heard of, and takes back that they were lost with their edge; those that have
     * ended, or are elsewhere by now, are left alone. Answers how many are back.
     */
    async markSeen(process: EdgeProcess, atMs: number, heard: readonly Heard[]): Promise<number> {
      const numbers = heard.map((each) => each.deviceNumber);
      const epochs = heard.map((each) => each.epoch);
      const values = [numbers, epochs, process.node, process.boot, atMs];
      return (await rows<{ count: number }>(pool, seen, values))[0]?.count ?? 0;
    },

    /** The edge processes at which devices are online. */
    edgeProcesses: (): Promise<readonly EdgeProcess[]> => rows<EdgeProcess & object>(pool, processes, []),

    /** Where a device is; undefined when there is no such device. The id must be a UUID. */
    async locate(deviceId: string): Promise<Location | undefined> {
      const [row] = await rows<WhereRow>(pool, where, [deviceId]);
      return row === undefined ? undefined : locationOf(row);
    },
  };
}

/** A location from the columns that say it. */
export function locationOf(row: WhereRow): Location {
  const deviceNumber = BigInt(row.number);
  const epoch = BigInt(row.epoch);
  const { edge: node, connection_id: connectionId } = row;
  const session: Session | undefined =
    node === null || connectionId === null ? undefined : { deviceNumber, node, connectionId, epoch };
  return { deviceNumber, epoch, session };
}

async function count(on: Queryable, statement: Statement, values: readonly unknown[]): Promise<number> {
  const [row] = await rows<{ ended: number }>(on, statement, values);
  return row?.ended ?? 0;
}
