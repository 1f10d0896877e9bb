// Keeps a session that begins, unless there are too many already; the count is exact over all replicas.
import { Fault, postgresFault, transaction } from '@mooring/runtime';
import type { Session } from '../domain/session.js';
import type { Waits } from '../domain/waits.js';
import type { Pool } from './client.js';
import { toRecord } from './row.js';

/** Sessions at once (camera.md 8, 5). */
export interface SessionLimits {
  readonly perDevice: number;
  /** Of one viewer's connection. */
  readonly perViewer: number;
}

/** Viewers' locks are of another space than devices', and come first: so nobody waits for one another in a circle. */
const LOCK_VIEWER = 'SELECT pg_advisory_xact_lock(1, hashtext($1))';
const LOCK_DEVICE = 'SELECT pg_advisory_xact_lock($1::bigint)';
const COUNT = `
SELECT count(*) FILTER (WHERE device_number = $2) ::int AS device,
  count(*) FILTER (WHERE viewer_connection_id = $1) ::int AS viewer
FROM watch_session WHERE ended_at IS NULL AND (viewer_connection_id = $1 OR device_number = $2)`;
const INSERT = `
INSERT INTO watch_session SELECT * FROM jsonb_populate_recordset(NULL::watch_session, $1::jsonb)`;

/** Faults `exhausted` over a limit, and those of the database. */
export async function beginSession(
  pool: Pool,
  waits: Waits,
  limits: SessionLimits,
  session: Session,
): Promise<void> {
  await transaction(pool, async (client) => {
    const whose = [session.viewer.connectionId, session.deviceNumber.toString()];
    await client.query(LOCK_VIEWER, whose.slice(0, 1));
    await client.query(LOCK_DEVICE, whose.slice(1));
    // A statement of its own: it must see what was committed while the locks were waited for.
    const { rows } = await client.query<{ device: number; viewer: number }>(COUNT, whose);
    const { device = 0, viewer = 0 } = rows[0] ?? {};
    if (device >= limits.perDevice) throw new Fault('exhausted', 'too many watch this camera');
    if (viewer >= limits.perViewer) throw new Fault('exhausted', 'this viewer watches too many cameras');
    await client.query(INSERT, [JSON.stringify([toRecord(session, waits)])]);
  });
}

/** Forgets a session of which its viewer never heard. Faults of the database. */
export async function unmakeSession(pool: Pool, id: string): Promise<void> {
  try {
    await pool.query('DELETE FROM watch_session WHERE id = $1 AND ready_at IS NULL AND ended_at IS NULL', [
      id,
    ]);
  } catch (error) {
    throw postgresFault(error);
  }
}
