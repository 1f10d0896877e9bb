// Deletes what has served its time: old connection history and commands, idempotency keys, key requests that nobody
// claimed, counts of login attempts, revocations of certificates that have expired, consoles that have ended.
import { type Pool, rows } from './sql.js';

const CHUNK = 5_000;

// The last personality that a printer confirmed is given to it again whenever it has lost its power.
const COMMAND_EXPIRED = `settled_at < now() - make_interval(days => $1::int) AND NOT (
  type = 'set_personality' AND state IN ('acknowledged', 'succeeded') AND NOT EXISTS (
    SELECT FROM command newer
    WHERE newer.device_id = command.device_id AND newer.id > command.id AND newer.type = command.type
      AND newer.state IN ('acknowledged', 'succeeded')))`;

/** Deletes in steps of bounded size, so that no step holds many rows for long; answers how many rows went. */
export function housekeeping(pool: Pool) {
  return async (historyDays: number, signal: AbortSignal): Promise<number> => {
    let total = 0;
    for (const [name, table, expired] of [
      ['expire-connection', 'connection', 'disconnected_at < now() - make_interval(days => $1::int)'],
      ['expire-command', 'command', COMMAND_EXPIRED],
      ['expire-idempotency', 'idempotency', "created_at < now() - interval '24 hours' AND $1::int > 0"],
      [
        'expire-key-request',
        'key_request',
        "state = 'unclaimed' AND last_at < now() - interval '1 day' AND $1::int > 0",
      ],
      ['expire-revoked-certificate', 'revoked_certificate', 'not_after < now() AND $1::int > 0'],
      // Longer than the stream AUDIT keeps what was told.
      ['expire-console', 'console_session', "closed_at < now() - interval '14 days' AND $1::int > 0"],
      ['expire-login', 'login_attempt', "started_at < now() - interval '15 minutes' AND $1::int > 0"],
    ] as const) {
      const text = `WITH gone AS (
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${expired} LIMIT ${CHUNK}))
        RETURNING 1
      ) SELECT count(*)::int AS count FROM gone`;
      for (let count = CHUNK; count === CHUNK && !signal.aborted; ) {
        count = (await rows<{ count: number }>(pool, { name, text }, [historyDays]))[0]?.count ?? 0;
        total += count;
      }
    }
    return total;
  };
}
