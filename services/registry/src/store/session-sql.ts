// The statements that end sessions, note that they go on, and say where they are.
import { endTargets } from './session-end.js';
import type { Statement } from './sql.js';

// Those that speak through a gateway on the same connection end with it. One that was given up as lost has ended now,
// whatever its edge reports late.
export const endReported: Statement = {
  name: 'end-reported',
  text: `
  WITH said AS (
    SELECT number, epoch, reason, to_timestamp(at_ms / 1000) AS at
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::float8[]) AS s(number, epoch, reason, at_ms)
  ),
  meant AS (
    SELECT d.id, d.number, d.epoch, d.connection_id, s.reason, s.at
    FROM said s JOIN device d ON d.number = s.number AND d.epoch = s.epoch AND d.online
  ),
  target AS (
    SELECT number, epoch, reason, at FROM meant
    UNION ALL
    SELECT c.number, c.epoch, m.reason, m.at
    FROM meant m
    JOIN device c ON c.parent_id = m.id AND c.online AND c.connection_id = m.connection_id
  ),
  settled AS (
    UPDATE device d SET reason = s.reason FROM said s
    WHERE d.number = s.number AND d.epoch = s.epoch AND NOT d.online AND d.reason = 'edge_lost'
  ),
  ${endTargets}`,
};

export const endUnconfirmedSessions: Statement = {
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

export const endLost: Statement = {
  name: 'end-lost',
  text: `
  WITH target AS (
    SELECT number, epoch, 'edge_lost' AS reason, now() AS at
    FROM device WHERE edge = $1 AND boot = $2 LIMIT $3
  ),
  ${endTargets}`,
};

// A lease may lapse while its edge lives: what it still holds under the very epoch that was given up goes on.
export const seen: Statement = {
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
export const processes: Statement = {
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

export const where: Statement = {
  name: 'locate',
  text: 'SELECT number, epoch, edge, connection_id FROM device WHERE id = $1::uuid',
};

// Identifiers of most families are free text, so one may look like another device's id: the identifier is meant then.
export const named: Statement = {
  name: 'named',
  text: `
  SELECT id, organization_id, number, epoch, edge, connection_id, identifier = $1 AS by_identifier
  FROM device
  WHERE dialect = $3 AND (identifier = $1 OR id = $2::uuid)
  ORDER BY by_identifier DESC
  LIMIT 1`,
};
