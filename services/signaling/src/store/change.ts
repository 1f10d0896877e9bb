// Changes sessions that have not ended: whoever holds a row decides alone, so each change happens once over all replicas.
import { transaction } from '@mooring/runtime';
import type { Session } from '../domain/session.js';
import type { Waits } from '../domain/waits.js';
import type { Pool } from './client.js';
import { COLUMNS, fromRow, type Row, toRecord } from './row.js';

/** Which of the sessions that go on. */
export interface Selection {
  /** A condition of SQL over the columns, and its parameters. */
  readonly where: string;
  readonly values: readonly unknown[];
  /** Passes over the sessions that somebody else is changing. */
  readonly skipLocked?: boolean;
}

/** One session before and after. */
export interface Changed {
  readonly before: Session;
  readonly after: Session;
}

/** What came of a selection. */
export interface ChangeResult {
  /** As they are now, changed or not. */
  readonly sessions: readonly Session[];
  readonly changed: readonly Changed[];
  /** As many as fit were taken, so there may be more. */
  readonly more: boolean;
}

/** Sessions that are changed together. */
const AT_ONCE = 500;

const SAVE = `
UPDATE watch_session AS s SET
  viewer_node = r.viewer_node, viewer_boot = r.viewer_boot, viewer_connection_id = r.viewer_connection_id,
  viewer_resumes = r.viewer_resumes, viewer_lost_at = r.viewer_lost_at,
  device_node = r.device_node, device_connection_id = r.device_connection_id, device_epoch = r.device_epoch,
  device_resumes = r.device_resumes, device_lost_at = r.device_lost_at,
  state = r.state, ready_at = r.ready_at, offered_at = r.offered_at, answered_at = r.answered_at,
  ended_at = r.ended_at, reason = r.reason, deadline_at = r.deadline_at, step = r.step
FROM jsonb_populate_recordset(NULL::watch_session, $1::jsonb) AS r WHERE s.id = r.id`;

/**
 * Applies `change` to the sessions of a selection that have not ended, 500 at most, in one transaction. What `change`
 * gives back as it was is not written. Throws faults only, and what `change` throws, and then nothing has changed.
 */
export function changeSessions(
  pool: Pool,
  waits: Waits,
  { where, values, skipLocked = false }: Selection,
  change: (session: Session) => Session,
): Promise<ChangeResult> {
  // In one order, so that two who lock several do not wait for one another.
  const lock = `
SELECT ${COLUMNS} FROM watch_session WHERE ended_at IS NULL AND (${where})
ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE${skipLocked ? ' SKIP LOCKED' : ''}`;
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Row>(lock, [...values]);
    const both = rows.map(fromRow).map((before) => ({ before, after: change(before) }));
    const changed = both.filter(({ before, after }) => after !== before);
    if (changed.length > 0) {
      await client.query(SAVE, [JSON.stringify(changed.map(({ after }) => toRecord(after, waits)))]);
    }
    return { sessions: both.map(({ after }) => after), changed, more: rows.length === AT_ONCE };
  });
}
