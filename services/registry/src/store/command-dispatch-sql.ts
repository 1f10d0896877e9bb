// The statements that take commands out of the queue: parked, their lanes locked, claimed.
import { UNDECIDED_MS } from '../domain/command-delivery.js';
import type { Statement } from './sql.js';

// A BERG bridge runs one command at a time, its printers' and its own (berg.md 4.2); the others are bounded only.
const BERG_ROOM = 1;
const ROOM = 16;

/** The id of the device whose connection the commands of device `d` go over. */
const laneOf = `CASE WHEN d.dialect = 'berg' AND d.kind <> 'bridge' THEN COALESCE(d.parent_id, d.id) ELSE d.id END`;

/** How many more commands may await an answer over the connection of device `d`. */
const roomOf = `(CASE WHEN d.dialect = 'berg' THEN ${BERG_ROOM} ELSE ${ROOM} END
  - (SELECT count(*) FROM command f WHERE f.lane_id = d.id AND f.answer_by IS NOT NULL))`;

/** Those whose device is away wait for its next connect. The share lock keeps it from connecting unseen meanwhile. */
export const parkDue: Statement = {
  name: 'command-park',
  text: `
  WITH away AS (
    SELECT c.id FROM command c JOIN device d ON d.id = c.device_id
    WHERE c.due_at <= now() AND c.state = 'queued' AND NOT d.online
    LIMIT 500 FOR NO KEY UPDATE OF c SKIP LOCKED FOR SHARE OF d SKIP LOCKED
  )
  UPDATE command c SET due_at = NULL FROM away WHERE c.id = away.id`,
};

/**
 * Locks lanes that have something to send and room for it, the longest waiting first: they are looked at in that order
 * until there are enough, since the room of each costs a look of its own. What is claimed of them must be
 * read by a later statement of the transaction: this one sees them as they were before it had the locks.
 */
export const lockLanes: Statement = {
  name: 'command-lock-lanes',
  text: `
  WITH waiting AS (
    SELECT device_id, min(due_at) AS since FROM command WHERE due_at <= now() AND state = 'queued' GROUP BY device_id
  ),
  lane AS (
    SELECT ${laneOf} AS id, min(w.since) AS since FROM waiting w JOIN device d ON d.id = w.device_id
    WHERE d.online GROUP BY 1 ORDER BY 2
  )
  SELECT d.id FROM lane l JOIN device d ON d.id = l.id
  WHERE ${roomOf} > 0
  LIMIT $1
  FOR NO KEY UPDATE OF d SKIP LOCKED`,
};

/**
 * Marks as sent what fits into the locked lanes, before anything is delivered. The start of the lane's device is noted
 * only if its present session has said it: the one known from before may be over.
 */
export const claimDue: Statement = {
  name: 'command-claim',
  text: `
  WITH lane AS (
    SELECT d.id, CASE WHEN d.arrival_epoch = d.epoch THEN d.instance ELSE '' END AS instance, ${roomOf} AS room
    FROM device d WHERE d.id = ANY($1::uuid[])
  ),
  next AS (
    SELECT q.*, l.id AS lane, l.instance FROM lane l CROSS JOIN LATERAL (
      SELECT c.id, d.number AS device_number, d.edge, d.connection_id, d.epoch,
        extract(epoch FROM now() - c.due_at) * 1000 AS waited_ms
      FROM device d JOIN command c ON c.device_id = d.id
      WHERE (d.id = l.id OR d.parent_id = l.id) AND ${laneOf} = l.id AND d.online
        AND c.state = 'queued' AND c.due_at <= now() AND c.expires_at > now()
      ORDER BY c.urgent DESC, c.id LIMIT GREATEST(l.room, 0)
      FOR NO KEY UPDATE OF c SKIP LOCKED
    ) q
    LIMIT $2
  ),
  sent AS (
    UPDATE command c
    SET state = 'sent', step = c.step + 1, due_at = NULL, lane_id = n.lane, sent_edge = n.edge,
      sent_connection = n.connection_id, sent_epoch = n.epoch, sent_instance = n.instance, sent_at = now(),
      written = false, retries_left = -1, answer_by = now() + interval '${UNDECIDED_MS} milliseconds'
    FROM next n WHERE c.id = n.id
    RETURNING c.id, c.number, c.step, c.type, c.attempts + c.repeats AS repeat, c.traceparent, c.device_id,
      c.organization_id, c.actor, n.device_number, n.edge, n.connection_id, n.epoch, n.waited_ms::float8
  ),
  noted AS (
    INSERT INTO command_step (command_id, step, state) SELECT id, step, 'sent' FROM sent
  )
  SELECT * FROM sent ORDER BY id`,
};

/** Points a command that is being sent at the present session of its device; no row when it is offline. */
export const relocate: Statement = {
  name: 'command-relocate',
  text: `
  UPDATE command c
  SET sent_edge = d.edge, sent_connection = d.connection_id, sent_epoch = d.epoch, sent_at = now(),
    answer_by = now() + interval '${UNDECIDED_MS} milliseconds'
  FROM device d
  WHERE c.id = $1::uuid AND c.state = 'sent' AND NOT c.written AND c.attempts + c.repeats = $2
    AND d.id = c.device_id AND d.online
  RETURNING c.id, c.number, c.type, $2::int AS repeat, c.traceparent, c.device_id, c.organization_id, c.actor,
    d.number AS device_number,    d.edge, d.connection_id, d.epoch, 0::float8 AS waited_ms`,
};

export const payload: Statement = {
  name: 'command-payload',
  text: 'SELECT sealed_payload FROM command WHERE id = $1::uuid',
};

/** Seconds for which the oldest command that could be sent has not been; 0 when there is none. */
export const queueAge: Statement = {
  name: 'command-queue-age',
  text: `SELECT GREATEST(0, COALESCE(extract(epoch FROM now() - min(due_at)), 0))::float8 AS seconds
    FROM command WHERE due_at <= now() AND state = 'queued'`,
};
