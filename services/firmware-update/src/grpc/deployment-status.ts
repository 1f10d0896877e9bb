// GetDeploymentStatus: how far a group's rollout is, counted as it is asked.
import type { firmware } from '@mooring/proto';
import { postgresFault, unary } from '@mooring/runtime';
import { standingsOf } from '../store/count-devices.js';
import { getGroup } from '../store/groups.js';
import type { GroupContext } from './group-context.js';
import { groupMessage } from './group-message.js';
import { idOf, idsOf } from './request.js';

export function getDeploymentStatus({
  database,
  pool,
  clock,
}: GroupContext): firmware.DeploymentGroupsServer['getDeploymentStatus'] {
  return unary(async ({ organizationIds, id }) => {
    const group = await getGroup(database, idsOf(organizationIds), idOf(id, 'deployment group'));
    const standings = await standingsOf(pool, group, clock.now()).catch((error: unknown) => {
      throw postgresFault(error);
    });
    const { failures, soakUntilMs } = group;
    return { group: groupMessage(group), ...standings, failures, soakUntilMs };
  });
}
