// Organizations: listed, made, read and changed.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { checkTimeZone } from '../domain/account.js';
import { authorize, permission, unknown } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { checkTariff } from '../domain/tariff.js';
import type { OrganizationChange } from '../store/organizations.js';
import type { Context } from './context.js';
import { organizationMessage } from './message.js';
import { idOf, onceOf, principalOf } from './principal.js';

export function listOrganizations({ store }: Context): registry.RegistryServer['listOrganizations'] {
  return unary(async ({ principal: who, limit, cursor }) => {
    const principal = principalOf(who);
    const asked = page(limit, cursor);
    const ids = principal.memberships.map(({ organizationId }) => organizationId);
    const { items, nextCursor } = paged(
      await store.organizations.list(ids, asked),
      asked.limit,
      ({ id }) => id,
    );
    return { items: items.map((each) => organizationMessage(each, roleIn(principal, each.id))), nextCursor };
  });
}

export function createOrganization({ store }: Context): registry.RegistryServer['createOrganization'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { userId: personId } = principal;
    if (personId === undefined) throw new Fault('forbidden', 'only a person can make an organization');
    const problems = new Problems();
    const name = problems.name('name', request.name, { required: true });
    const timeZone = checkTimeZone(problems, request.timeZone === '' ? 'UTC' : request.timeZone);
    problems.check();
    const once = onceOf(principal, request.idempotencyKey, 'CreateOrganization', { name, timeZone });
    const organization = await store.organizations.create({ personId, name, timeZone }, once);
    return { organization: organizationMessage(organization, 'owner') };
  });
}

export function getOrganization({ store }: Context): registry.RegistryServer['getOrganization'] {
  return unary(async (request) => {
    const id = idOf(request.id, 'organization');
    const role = authorize(principalOf(request.principal), id, permission.readAccounts, 'organization');
    const organization = await store.organizations.get(id);
    if (organization === undefined) throw unknown('organization');
    return { organization: organizationMessage(organization, role) };
  });
}

export function updateOrganization({ store }: Context): registry.RegistryServer['updateOrganization'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const id = idOf(request.id, 'organization');
    const role = authorize(principal, id, permission.manageAccounts, 'organization');
    const organization = await store.organizations.update(id, changeOf(request), actorOf(principal));
    return { organization: organizationMessage(organization, role) };
  });
}

function changeOf({ name, timeZone, tariffJson }: registry.UpdateOrganizationRequest): OrganizationChange {
  const problems = new Problems();
  const change = {
    ...(name === undefined ? {} : { name: problems.name('name', name, { required: true }) }),
    ...(timeZone === undefined ? {} : { timeZone: checkTimeZone(problems, timeZone) }),
    ...(tariffJson === undefined ? {} : { tariff: checkTariff(problems, tariffJson) ?? null }),
  };
  problems.check();
  return change;
}

function roleIn(principal: Principal, organizationId: string): string {
  return principal.memberships.find((each) => each.organizationId === organizationId)?.role ?? '';
}
