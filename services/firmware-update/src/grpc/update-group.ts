// UpdateDeploymentGroup: changes those settings that a request names, if the group is still what its maker has seen.
import type { firmware } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import type { DeploymentGroup } from '../domain/group.js';
import { changed, type Wanted } from '../domain/group-change.js';
import { type GivenSettings, wireName } from '../domain/settings.js';
import { changeGroup, type GroupChange } from '../store/groups.js';
import { archiveNamed, firmwareNamed } from '../store/releases.js';
import type { GroupContext } from './group-context.js';
import { givenSettings, groupMessage } from './group-message.js';
import { idOf, idsOf, wrongFields } from './request.js';

type Request = firmware.UpdateDeploymentGroupRequest;

/** The settings that decide which devices belong to a group. */
const choosing: ReadonlySet<string> = new Set([
  'conditions',
  'lock_device_membership',
  'platform',
  'architecture',
  'firmware_uuid',
]);

export function updateDeploymentGroup(
  context: GroupContext,
): firmware.DeploymentGroupsServer['updateDeploymentGroup'] {
  return unary(async (request) => {
    const { database, clock, poke } = context;
    const organizations = idsOf(request.organizationIds);
    const nowMs = clock.now();
    const id = idOf(request.id, 'deployment group');
    const group = await changeGroup(database, organizations, id, nowMs, async (before) => {
      if (request.ifRevision !== 0 && request.ifRevision !== before.revision) {
        throw new Fault('conflict', 'the deployment group was changed meanwhile');
      }
      const wanted = await wantedOf(context, before, request);
      const change = changed(before, wanted, request.actor, nowMs);
      if ('wrong' in change) throw wrongFields(change.wrong);
      const isSwitchedOn = change.group.isActive && !before.isActive;
      const gather = isSwitchedOn || request.fields.some((field) => choosing.has(field));
      return { ...change, gather } satisfies GroupChange;
    });
    poke(group.id);
    return { group: groupMessage(group) };
  });
}

async function wantedOf(
  { database }: GroupContext,
  group: DeploymentGroup,
  request: Request,
): Promise<Wanted> {
  const { fields, settings: given, isActive } = request;
  const { organizationId, product } = group;
  const active = isActive === undefined ? {} : { isActive };
  if (fields.length === 0) return { settings: group, fields, ...active };
  if (given === undefined) throw new Fault('invalid', 'settings are missing');
  const settings = merged(group, givenSettings(given), fields);
  const firmware = fields.includes('firmware_uuid')
    ? { firmware: await firmwareNamed(database, organizationId, product, given.firmwareUuid) }
    : {};
  const named = given.archiveUuid;
  const archive = fields.includes('archive_uuid')
    ? { archive: named === '' ? null : await archiveNamed(database, organizationId, product, named) }
    : {};
  return { settings, fields, ...firmware, ...archive, ...active };
}

/** The group's settings with the named ones of `given`. Fault `invalid` for a name that is none, or that cannot change. */
function merged(group: DeploymentGroup, given: GivenSettings, fields: readonly string[]): GivenSettings {
  const known = new Map(Object.keys(given).map((key) => [wireName(key), key]));
  const wrong = fields
    .filter((field) => field !== 'firmware_uuid' && field !== 'archive_uuid')
    .filter((field) => field === 'product' || !known.has(field))
    .map((field) => ({ field, message: field === 'product' ? 'cannot change' : 'is no setting' }));
  if (wrong.length > 0) throw wrongFields(wrong);
  const named = fields.flatMap((field) => {
    const key = known.get(field);
    return key === undefined ? [] : [[key, given[key as keyof GivenSettings]] as const];
  });
  return { ...group, ...Object.fromEntries(named) };
}
