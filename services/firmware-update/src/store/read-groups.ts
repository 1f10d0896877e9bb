// Reads deployment groups on the connection of a transaction, locked or not.
import type { DeploymentGroup } from '../domain/group.js';
import type { Client } from './client.js';
import { groupOf, progressRow } from './group-row.js';
import { jsonText } from './outbox.js';

const READ = `
SELECT to_jsonb(g) || jsonb_build_object('artifact', jsonb_build_object('uuid', a.uuid, 'version', a.version),
  'archive', CASE WHEN z.id IS NULL THEN NULL ELSE jsonb_build_object('uuid', z.uuid) END) AS row
FROM deployment_group g JOIN artifact a ON a.id = g.artifact_id LEFT JOIN artifact z ON z.id = g.archive_id`;

type Json = Readonly<Record<string, unknown>>;

/** Those that `where` selects of `g`, by id; with `lock` nobody else changes them or takes their slots meanwhile. */
export async function readGroups(
  client: Pick<Client, 'query'>,
  where: string,
  values: readonly unknown[],
  lock = false,
): Promise<DeploymentGroup[]> {
  const text = `${READ} WHERE ${where} ORDER BY g.id${lock ? ' FOR NO KEY UPDATE OF g' : ''}`;
  const { rows } = await client.query<{ row: Json }>(text, [...values]);
  return rows.map(({ row }) => groupOf(fromJson(row)));
}

const SAVE = `
UPDATE deployment_group SET is_active = r.is_active, state = r.state, reason = r.reason, failures = r.failures,
  phase = r.phase, phase_limit = r.phase_limit, phase_failures = r.phase_failures, soak_until = r.soak_until
FROM jsonb_populate_record(NULL::deployment_group, $2::jsonb) AS r WHERE deployment_group.id = $1`;

/** Keeps how far a group is, which must be locked. */
export async function saveProgress(client: Client, group: DeploymentGroup): Promise<void> {
  const { isActive, phaseLimit, phaseFailures, soakUntil, ...rest } = progressRow(group);
  const row = { ...rest, is_active: isActive, phase_limit: phaseLimit, phase_failures: phaseFailures };
  await client.query(SAVE, [group.id, jsonText({ ...row, soak_until: soakUntil })]);
}

function fromJson(row: Json): Parameters<typeof groupOf>[0] {
  const named = Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as unknown as Parameters<typeof groupOf>[0];
  const date = (value: unknown): Date => new Date(String(value));
  return {
    ...named,
    soakUntil: named.soakUntil === null ? null : date(named.soakUntil),
    createdAt: date(named.createdAt),
    updatedAt: date(named.updatedAt),
  };
}
