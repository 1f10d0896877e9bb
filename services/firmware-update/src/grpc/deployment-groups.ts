// The RPCs that list, show, make, delete and control deployment groups.
import type { firmware } from '@mooring/proto';
import { Fault, unary, uuidv7 } from '@mooring/runtime';
import type { DeploymentGroup } from '../domain/group.js';
import { freshRelease } from '../domain/group.js';
import { type Action, actions, controlled, isWrong, settingsFor } from '../domain/group-change.js';
import { auditOfGroup } from '../domain/note.js';
import { withDefaults } from '../domain/settings.js';
import { changeGroup, createGroup, deleteGroup, getGroup, listGroups } from '../store/groups.js';
import { archiveNamed, firmwareNamed } from '../store/releases.js';
import type { GroupContext } from './group-context.js';
import { givenSettings, groupMessage } from './group-message.js';
import { idOf, idsOf, onceOf, ownerOf, paged, pageOf, wrongFields } from './request.js';

type Server = firmware.DeploymentGroupsServer;
const WHAT = 'deployment group';

export function listDeploymentGroups({ database }: GroupContext): Server['listDeploymentGroups'] {
  return unary(async ({ organizationIds, product, ...page }) => {
    const { items, nextCursor } = await paged(pageOf(page), (rest) =>
      listGroups(database, idsOf(organizationIds), product, rest),
    );
    return { items: items.map(groupMessage), nextCursor };
  });
}

export function getDeploymentGroup({ database }: GroupContext): Server['getDeploymentGroup'] {
  return unary(async ({ organizationIds, id }) => {
    const group = await getGroup(database, idsOf(organizationIds), idOf(id, WHAT));
    return { group: groupMessage(group) };
  });
}

export function createDeploymentGroup(context: GroupContext): Server['createDeploymentGroup'] {
  return unary(async ({ organizationId, actor, settings, isActive, idempotencyKey }) => {
    if (settings === undefined) throw new Fault('invalid', 'settings are missing');
    const { database, clock } = context;
    const owner = ownerOf(organizationId);
    const { product, firmwareUuid, archiveUuid } = settings;
    const release = await firmwareNamed(database, owner, product, firmwareUuid);
    const archive =
      archiveUuid === '' ? undefined : await archiveNamed(database, owner, product, archiveUuid);
    const found = settingsFor(withDefaults(givenSettings(settings)), release);
    if (isWrong(found)) throw wrongFields(found);
    const nowMs = clock.now();
    const draft: Omit<DeploymentGroup, 'number'> = {
      ...found,
      ...freshRelease,
      id: uuidv7(),
      organizationId: owner,
      artifactId: release.artifactId,
      firmwareUuid: release.uuid,
      firmwareVersion: release.version,
      archiveId: archive?.artifactId,
      archiveUuid: archive?.uuid,
      isActive,
      state: isActive ? 'running' : 'inactive',
      reason: '',
      release: 1,
      revision: 1,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    const details = { name: draft.name, firmware: release.uuid, version: release.version, active: isActive };
    const note = auditOfGroup(draft, 'deployment_group.created', details, nowMs, actor);
    const once = onceOf(idempotencyKey, 'CreateDeploymentGroup', { owner, settings, isActive });
    const { group } = await createGroup(database, draft, [note], once);
    context.poke(group.id);
    return { group: groupMessage(group) };
  });
}

export function deleteDeploymentGroup(context: GroupContext): Server['deleteDeploymentGroup'] {
  return unary(async ({ organizationIds, id, actor }) => {
    const { database, clock, poke } = context;
    const group = await deleteGroup(database, idsOf(organizationIds), idOf(id, WHAT), (deleted) => [
      auditOfGroup(deleted, 'deployment_group.deleted', { name: deleted.name }, clock.now(), actor),
    ]);
    poke(group.id);
    return {};
  });
}

export function controlDeploymentGroup(context: GroupContext): Server['controlDeploymentGroup'] {
  return unary(async ({ organizationIds, id, actor, action: given }) => {
    const { database, clock, poke } = context;
    const action = actionOf(given);
    const nowMs = clock.now();
    const organizations = idsOf(organizationIds);
    const group = await changeGroup(database, organizations, idOf(id, WHAT), nowMs, (before) => {
      const change = controlled(before, action, actor, nowMs);
      if (change === undefined)
        throw new Fault('conflict', `the deployment group is not active: no ${action}`);
      return change;
    });
    poke(group.id);
    return { group: groupMessage(group) };
  });
}

function actionOf(given: string): Action {
  const action = actions.find((each) => each === given);
  if (action !== undefined) return action;
  throw wrongFields([{ field: 'action', message: `must be ${actions.join(', ')}` }]);
}
