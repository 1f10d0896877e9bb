// Sessions as device rows hold them: where they are, when they end, when they were last heard of.
import type { NodeProcess } from '@mooring/runtime';
import { keyPattern } from '../domain/page.js';
import type { Disconnection, Location, Session } from '../domain/session.js';
import {
  endLost,
  endReported,
  endUnconfirmedSessions,
  named,
  processes,
  seen,
  where,
} from './session-sql.js';
import { type Pool, type Queryable, rows, type Statement } from './sql.js';

interface WhereRow {
  readonly number: string;
  readonly epoch: string;
  readonly edge: string | null;
  readonly connection_id: string | null;
}

interface NamedRow extends WhereRow {
  readonly id: string;
  readonly organization_id: string;
  readonly by_identifier: boolean;
}

/** A device, found by its identifier or by its public id. */
export interface NamedDevice {
  readonly id: string;
  readonly organizationId: string;
  readonly byIdentifier: boolean;
  readonly location: Location;
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
    async endLost(process: NodeProcess, signal: AbortSignal): Promise<number> {
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
    async markSeen(process: NodeProcess, atMs: number, heard: readonly Heard[]): Promise<number> {
      const numbers = heard.map((each) => each.deviceNumber);
      const epochs = heard.map((each) => each.epoch);
      const values = [numbers, epochs, process.node, process.boot, atMs];
      return (await rows<{ count: number }>(pool, seen, values))[0]?.count ?? 0;
    },

    /** The edge processes at which devices are online. */
    edgeProcesses: (): Promise<readonly NodeProcess[]> => rows<NodeProcess & object>(pool, processes, []),

    /** Where a device is; undefined when there is no such device. The id must be a UUID. */
    async locate(deviceId: string): Promise<Location | undefined> {
      const [row] = await rows<WhereRow>(pool, where, [deviceId]);
      return row === undefined ? undefined : locationOf(row);
    },

    /** The family's device of that identifier, else the one of that public id. */
    async named(dialect: string, name: string): Promise<NamedDevice | undefined> {
      const id = keyPattern.uuid.test(name.toLowerCase()) ? name.toLowerCase() : null;
      const [row] = await rows<NamedRow>(pool, named, [name, id, dialect]);
      if (row === undefined) return undefined;
      const { organization_id: organizationId, by_identifier: byIdentifier } = row;
      return { id: row.id, organizationId, byIdentifier, location: locationOf(row) };
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

/** The present session of a device, from its row as the ORM gives it. */
export function sessionOf(row: {
  readonly number: bigint;
  readonly epoch: bigint;
  readonly edge: string | null;
  readonly connectionId: string | null;
}): Session | undefined {
  const { edge, connectionId: connection_id } = row;
  return locationOf({ number: `${row.number}`, epoch: `${row.epoch}`, edge, connection_id }).session;
}

async function count(on: Queryable, statement: Statement, values: readonly unknown[]): Promise<number> {
  const [row] = await rows<{ ended: number }>(on, statement, values);
  return row?.ended ?? 0;
}
