// The statements that let devices in: one for those that are registered, one for those that are registered on sight.
import type { Statement } from './sql.js';

/** Parameters are columns, one entry per request; no two requests may be for the same device. */
export const admitKnown: Statement = {
  name: 'admit-known',
  text: `
  WITH asked AS (
    SELECT * FROM unnest(
      $1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[],
      $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[], $13::uuid[]
    ) AS a(ord, dialect, identifier, token, demand, strict,
      node, boot, connection, address, gateway, traceparent, proof)
  ),
  found AS (
    SELECT a.*, d.id, d.number, d.organization_id, d.product_id,
      d.online AS was_online, d.edge AS old_edge, d.connection_id AS old_connection, d.epoch AS old_epoch
    FROM asked a JOIN device d ON d.dialect = a.dialect AND d.identifier = a.identifier
    ORDER BY d.number
    FOR NO KEY UPDATE OF d
  ),
  judged AS (
    SELECT f.*, o.time_zone, g.id AS gateway_id, COALESCE(c.id, p.id) AS credential_id,
      CASE
        WHEN f.gateway IS NOT NULL AND g.id IS NULL THEN 'no_gateway'
        WHEN g.organization_id <> f.organization_id AND (
          -- One row by its key, and only for a child of another organization: a printer whose owner allows the bridge.
          SELECT r.state FROM key_request r
          WHERE f.dialect = 'berg' AND r.device_address = f.identifier AND r.bridge_id = g.id
        ) IS DISTINCT FROM 'allowed' THEN 'foreign_gateway'
        WHEN f.token IS NOT NULL AND c.id IS NULL AND (f.strict OR k.any_active) THEN 'bad_token'
        WHEN f.proof IS NOT NULL AND c.id IS NULL AND p.id IS NULL THEN 'revoked'
        WHEN f.token IS NULL AND f.proof IS NULL AND (f.demand = 'always' OR f.demand = 'if_any' AND k.any_active) THEN 'no_token'
      END AS refusal
    FROM found f
    JOIN organization o ON o.id = f.organization_id
    LEFT JOIN device g ON g.number = f.gateway
    LEFT JOIN credential c ON c.device_id = f.id
      AND (CASE WHEN f.proof IS NULL THEN c.secret_hash = decode(f.token, 'hex') ELSE c.id = f.proof END)
      AND (c.expires_at IS NULL OR c.expires_at > now())
    LEFT JOIN product_key p ON p.id = f.proof AND p.product_id = f.product_id
      AND (p.expires_at IS NULL OR p.expires_at > now())
    CROSS JOIN LATERAL (
      SELECT EXISTS (
        -- Nerves devices have nothing to present a token with.
        SELECT FROM credential x WHERE x.device_id = f.id AND (x.expires_at IS NULL OR x.expires_at > now())
          AND NOT (f.dialect = 'nerveshub' AND x.type = 'token')
      ) AS any_active
    ) k
  ),
  let_in AS (
    UPDATE device d
    SET epoch = d.epoch + 1, online = true, edge = j.node, boot = j.boot, connection_id = j.connection,
      credential_id = j.credential_id, since = now(), last_seen = now(), remote_address = j.address, reason = '',
      parent_id = COALESCE(NULLIF(j.gateway_id, d.id), d.parent_id)
    FROM judged j
    WHERE d.number = j.number AND j.refusal IS NULL
    RETURNING j.ord, d.id, d.number, d.organization_id, d.dialect, d.identifier, d.epoch,
      j.node, j.connection, j.address, j.traceparent, j.was_online, j.old_epoch, j.credential_id
  ),
  closed AS (
    UPDATE connection c
    SET disconnected_at = now(), reason = 'superseded'
    FROM let_in l
    WHERE l.was_online AND c.device_id = l.id AND c.epoch = l.old_epoch AND c.disconnected_at IS NULL
  ),
  opened AS (
    INSERT INTO connection (device_id, epoch, edge, remote_address, connected_at)
    SELECT id, epoch, node, address, now() FROM let_in
  ),
  told AS (
    INSERT INTO outbox (kind, device_id, device_number, organization_id, dialect, identifier, epoch, edge,
      connection_id, at, traceparent)
    SELECT 'connected', id, number, organization_id, dialect, identifier, epoch, node, connection, now(), traceparent
    FROM let_in
  ),
  used AS (
    UPDATE credential c SET last_used_at = now() FROM let_in l WHERE c.id = l.credential_id
  )
  SELECT j.ord, j.refusal, j.id, j.number, j.organization_id, j.time_zone, l.epoch,
    CASE WHEN j.was_online AND (j.old_edge, j.old_connection) <> (j.node, j.connection) THEN j.old_edge END AS old_edge,
    j.old_connection, j.old_epoch
  FROM judged j LEFT JOIN let_in l ON l.ord = j.ord`,
};

/**
 * For devices that no row was found for. A gateway decides the organization; without one it is the oldest. A row that
 * another replica made in between is left alone and answered with neither epoch nor refusal.
 */
export const registerUnknown: Statement = {
  name: 'register-unknown',
  text: `
  WITH asked AS (
    SELECT * FROM unnest(
      $1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
      $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[]
    ) AS a(ord, id, audit_id, dialect, identifier, kind, node, boot, connection, address, gateway, traceparent)
  ),
  placed AS (
    SELECT a.*, o.id AS organization_id, o.time_zone, g.id AS gateway_id
    FROM asked a
    LEFT JOIN device g ON g.number = a.gateway
    LEFT JOIN organization o ON o.id = CASE
      WHEN a.gateway IS NULL THEN (SELECT x.id FROM organization x ORDER BY x.created_at, x.id LIMIT 1)
      ELSE g.organization_id
    END
  ),
  made AS (
    INSERT INTO device (id, organization_id, dialect, identifier, kind, parent_id, epoch, online, edge, boot,
      connection_id, since, last_seen, remote_address)
    SELECT id, organization_id, dialect, identifier, kind, gateway_id, 1, true, node, boot,
      connection, now(), now(), address
    FROM placed WHERE organization_id IS NOT NULL
    ORDER BY dialect, identifier
    ON CONFLICT (dialect, identifier) DO NOTHING
    RETURNING id, number, organization_id, dialect, identifier, epoch, edge, connection_id, remote_address
  ),
  opened AS (
    INSERT INTO connection (device_id, epoch, edge, remote_address, connected_at)
    SELECT id, epoch, edge, remote_address, now() FROM made
  ),
  told AS (
    INSERT INTO outbox (kind, device_id, device_number, organization_id, dialect, identifier, epoch, edge,
      connection_id, at, traceparent)
    SELECT 'connected', m.id, m.number, m.organization_id, m.dialect, m.identifier, m.epoch, m.edge,
      m.connection_id, now(), p.traceparent
    FROM made m JOIN placed p ON p.id = m.id
  ),
  recorded AS (
    INSERT INTO audit (id, organization_id, actor, action, resource, details)
    SELECT p.audit_id, m.organization_id, 'system', 'device.created', m.id::text,
      jsonb_build_object('dialect', m.dialect, 'identifier', m.identifier)
    FROM made m JOIN placed p ON p.id = m.id
  )
  SELECT p.ord, p.id, m.number, p.organization_id, p.time_zone, m.epoch,
    CASE WHEN p.organization_id IS NULL THEN
      CASE WHEN p.gateway IS NULL THEN 'no_organization' ELSE 'no_gateway' END
    END AS refusal
  FROM placed p LEFT JOIN made m ON m.id = p.id`,
};
