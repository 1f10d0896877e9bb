// Translates between rows and sessions.
import type { EndReason, Session, SessionState } from '../domain/session.js';
import { nextWait, type Waits } from '../domain/waits.js';
import type { WatchSession } from './generated/client.js';

/** A row, whoever reads it: Prisma gives 64-bit numbers as bigint, the pool as text. */
export type Row = Omit<WatchSession, 'deviceNumber' | 'deviceEpoch'> & {
  readonly deviceNumber: bigint | string;
  readonly deviceEpoch: bigint | string;
};

/** The columns that the pool reads, under the names that Prisma gives them. */
export const COLUMNS = `
id, organization_id AS "organizationId", device_id AS "deviceId", device_number AS "deviceNumber",
user_id AS "userId", api_key AS "apiKey",
viewer_node AS "viewerNode", viewer_boot AS "viewerBoot", viewer_connection_id AS "viewerConnectionId",
viewer_resumes AS "viewerResumes", viewer_lost_at AS "viewerLostAt",
device_node AS "deviceNode", device_connection_id AS "deviceConnectionId", device_epoch AS "deviceEpoch",
device_resumes AS "deviceResumes", device_lost_at AS "deviceLostAt",
state, created_at AS "createdAt", ready_at AS "readyAt", offered_at AS "offeredAt", answered_at AS "answeredAt",
ended_at AS "endedAt", reason, deadline_at AS "deadlineAt", step, traceparent`;

/** The session that a row holds. */
export function fromRow(row: Row): Session {
  return {
    id: row.id,
    organizationId: row.organizationId,
    deviceId: row.deviceId,
    deviceNumber: BigInt(row.deviceNumber),
    watcher: { userId: row.userId, apiKey: row.apiKey },
    viewer: {
      node: row.viewerNode,
      boot: row.viewerBoot,
      connectionId: row.viewerConnectionId,
      resumes: row.viewerResumes,
      lostAtMs: row.viewerLostAt?.getTime(),
    },
    device: {
      node: row.deviceNode,
      connectionId: row.deviceConnectionId,
      epoch: BigInt(row.deviceEpoch),
      resumes: row.deviceResumes,
      lostAtMs: row.deviceLostAt?.getTime(),
    },
    // Only this service writes the columns, from the same types.
    state: row.state as SessionState,
    reason: row.reason as EndReason | '',
    createdAtMs: row.createdAt.getTime(),
    readyAtMs: row.readyAt?.getTime(),
    offeredAtMs: row.offeredAt?.getTime(),
    answeredAtMs: row.answeredAt?.getTime(),
    endedAtMs: row.endedAt?.getTime(),
    step: row.step,
    traceparent: row.traceparent,
  };
}

/** The row of a session, as JSON that Postgres reads with jsonb_to_recordset. */
export function toRecord(session: Session, waits: Waits): Record<string, string | number | boolean | null> {
  const { viewer, device } = session;
  return {
    id: session.id,
    organization_id: session.organizationId,
    device_id: session.deviceId,
    device_number: session.deviceNumber.toString(),
    user_id: session.watcher.userId,
    api_key: session.watcher.apiKey,
    viewer_node: viewer.node,
    viewer_boot: viewer.boot,
    viewer_connection_id: viewer.connectionId,
    viewer_resumes: viewer.resumes,
    viewer_lost_at: timeOf(viewer.lostAtMs),
    device_node: device.node,
    device_connection_id: device.connectionId,
    device_epoch: device.epoch.toString(),
    device_resumes: device.resumes,
    device_lost_at: timeOf(device.lostAtMs),
    state: session.state,
    created_at: timeOf(session.createdAtMs),
    ready_at: timeOf(session.readyAtMs),
    offered_at: timeOf(session.offeredAtMs),
    answered_at: timeOf(session.answeredAtMs),
    ended_at: timeOf(session.endedAtMs),
    reason: session.reason,
    deadline_at: timeOf(nextWait(session, waits).untilMs),
    step: session.step,
    traceparent: session.traceparent,
  };
}

function timeOf(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
