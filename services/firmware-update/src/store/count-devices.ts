// Counts the devices of a group: for the decisions of its rollout, and for people.
import type { DeploymentGroup } from '../domain/group.js';
import type { Counts } from '../domain/rollout.js';
import { LACKING, REACHABLE, READY, readiness } from './candidates.js';
import type { Client } from './client.js';

const COUNT = `
SELECT count(*)::int AS devices,
  count(*) FILTER (WHERE f.firmware_uuid = $1 OR f.taken_release = $6)::int AS taken,
  count(*) FILTER (WHERE ${LACKING})::int AS lacking,
  count(*) FILTER (WHERE ${LACKING} AND f.taken_release = $6 AND ${READY})::int AS retryable,
  count(*) FILTER (WHERE f.firmware_uuid = $1 AND f.taken_release = $6
    AND f.validation = 'not_validated')::int AS "notValidated",
  (SELECT count(*) FROM device_update v WHERE v.group_id = $5 AND v.release = $6 AND v.ended_at IS NULL)::int
    AS "inFlight"
FROM fleet_device f WHERE f.group_id = $5`;

/** As they are in this transaction. */
export async function countDevices(client: Client, group: DeploymentGroup, nowMs: number): Promise<Counts> {
  const values = [...readiness(group, nowMs), group.id, group.release];
  const { rows } = await client.query<Counts>(COUNT, values);
  const [counts] = rows;
  return counts ?? { devices: 0, taken: 0, inFlight: 0, lacking: 0, retryable: 0, notValidated: 0 };
}

/** What people are told of a group's devices. */
export interface Standings {
  readonly devices: number;
  readonly updated: number;
  readonly waiting: number;
  readonly offline: number;
  readonly penalized: number;
  readonly inFlight: number;
  readonly failed: number;
}

const STANDINGS = `
SELECT count(*)::int AS devices,
  count(*) FILTER (WHERE f.firmware_uuid = $1)::int AS updated,
  count(*) FILTER (WHERE ${LACKING} AND ${READY})::int AS waiting,
  count(*) FILTER (WHERE NOT (${REACHABLE}))::int AS offline,
  count(*) FILTER (WHERE f.blocked_until > $3)::int AS penalized,
  (SELECT count(*) FROM device_update v WHERE v.group_id = $5 AND v.ended_at IS NULL)::int AS "inFlight",
  (SELECT count(*) FROM (SELECT DISTINCT ON (device_id) status FROM device_update
    WHERE group_id = $5 AND release = $6 ORDER BY device_id, id DESC) AS last
    WHERE status IN ('failed', 'expired'))::int AS failed
FROM fleet_device f WHERE f.group_id = $5`;

export async function standingsOf(
  on: Pick<Client, 'query'>,
  group: DeploymentGroup,
  nowMs: number,
): Promise<Standings> {
  const values = [...readiness(group, nowMs), group.id, group.release];
  const { rows } = await on.query<Standings>(STANDINGS, values);
  const none = { devices: 0, updated: 0, waiting: 0, offline: 0, penalized: 0, inFlight: 0, failed: 0 };
  return rows[0] ?? none;
}
