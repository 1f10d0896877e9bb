// The one way in which sessions end: what every statement that ends some has in common.

/**
 * Common table expressions that end the sessions named in `target(number, epoch, reason, at)`, and the count of them.
 * A session that has ended, or that a newer epoch has replaced, is left alone, whoever reports it. Rows are locked in
 * the order of their numbers, as everywhere, so that no two statements wait for each other.
 */
export const endTargets = `
  locked AS (
    SELECT d.number, d.epoch, t.reason, LEAST(GREATEST(t.at, d.since), now()) AS at
    FROM (SELECT DISTINCT ON (number) number, epoch, reason, at FROM target ORDER BY number, at) t
    JOIN device d ON d.number = t.number
    WHERE d.online AND d.epoch = t.epoch
    ORDER BY d.number
    FOR NO KEY UPDATE OF d
  ),
  ended AS (
    UPDATE device d
    SET online = false, edge = NULL, boot = NULL, since = l.at, last_seen = GREATEST(d.last_seen, l.at), reason = l.reason
    FROM locked l
    WHERE d.number = l.number AND d.online AND d.epoch = l.epoch
    RETURNING d.id, d.number, d.organization_id, d.dialect, d.identifier, d.epoch, l.reason, l.at
  ),
  closed AS (
    UPDATE connection c
    SET disconnected_at = e.at, reason = e.reason
    FROM ended e
    WHERE c.device_id = e.id AND c.epoch = e.epoch AND c.disconnected_at IS NULL
  ),
  told AS (
    INSERT INTO outbox (kind, device_id, device_number, organization_id, dialect, identifier, epoch, reason, at)
    SELECT 'disconnected', id, number, organization_id, dialect, identifier, epoch, reason, at FROM ended
  )
  SELECT count(*)::int AS ended FROM ended`;
