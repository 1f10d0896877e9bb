// Finds the groups that rollouts look at, and the devices without a group that may belong to one of them.
import type { Pool } from './client.js';
import { query } from './fleet.js';

/** Those whose rollouts may go on. */
export async function activeGroups(pool: Pool): Promise<string[]> {
  const rows = await query<{ id: string }>(
    pool,
    `SELECT id FROM deployment_group WHERE is_active AND state <> 'paused' ORDER BY id`,
    [],
  );
  return rows.map(({ id }) => id);
}

/** What has to be looked at for the group since its conditions changed; undefined when nothing has. */
export async function gatherable(
  pool: Pool,
  groupId: string,
): Promise<{ readonly deviceIds: readonly string[]; readonly revision: number } | undefined> {
  const [group] = await query<{ revision: number }>(
    pool,
    'SELECT revision FROM deployment_group WHERE id = $1 AND is_active AND NOT gathered',
    [groupId],
  );
  if (group === undefined) return undefined;
  const rows = await query<{ id: string }>(
    pool,
    `SELECT f.device_id AS id FROM fleet_device f JOIN deployment_group g ON g.id = $1
     WHERE NOT g.lock_device_membership AND f.group_id IS NULL AND f.organization_id = g.organization_id
       AND f.product = g.product AND f.platform = g.platform AND f.architecture = g.architecture
     ORDER BY f.device_id`,
    [groupId],
  );
  return { deviceIds: rows.map(({ id }) => id), revision: group.revision };
}

/** Nothing has to be looked at any more, if the group is still what it was. */
export async function gatheredAll(pool: Pool, groupId: string, revision: number): Promise<void> {
  await query(pool, 'UPDATE deployment_group SET gathered = true WHERE id = $1 AND revision = $2', [
    groupId,
    revision,
  ]);
}
