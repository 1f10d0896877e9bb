// Members of an organization: listed, added or given another role, removed.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { checkEmail, checkRole } from '../domain/account.js';
import { authorize, permission } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { Role } from '../domain/role.js';
import type { Context } from './context.js';
import { memberMessage } from './message.js';
import { idOf, onceOf, principalOf } from './principal.js';

export function listMembers({ store }: Context): registry.RegistryServer['listMembers'] {
  return unary(async (request) => {
    const organizationId = idOf(request.organizationId, 'organization');
    authorize(principalOf(request.principal), organizationId, permission.readAccounts, 'organization');
    const asked = page(request.limit, request.cursor);
    const found = await store.members.list(organizationId, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ user }) => user.id);
    return { items: items.map(memberMessage), nextCursor };
  });
}

export function addMember({ store, rightsChanged }: Context): registry.RegistryServer['addMember'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = idOf(request.organizationId, 'organization');
    authorize(principal, organizationId, permission.manageAccounts, 'organization');
    const problems = new Problems();
    const email = checkEmail(problems, request.email);
    const role = checkRole(problems, request.role);
    problems.check();
    const put = { organizationId, email, role };
    const once = onceOf(principal, request.idempotencyKey, 'AddMember', put);
    const mayChange = (present: Role | undefined): void =>
      mayTouch(principal, organizationId, [role, present]);
    const member = await store.members.put(put, mayChange, once);
    rightsChanged();
    return { member: memberMessage(member) };
  });
}

export function removeMember({ store, rightsChanged }: Context): registry.RegistryServer['removeMember'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = idOf(request.organizationId, 'organization');
    const personId = idOf(request.userId, 'member');
    // Everybody may leave.
    const leaves = principal.userId === personId;
    const needed = leaves ? permission.readAccounts : permission.manageAccounts;
    authorize(principal, organizationId, needed, 'organization');
    const mayChange = (present: Role | undefined): void => {
      if (!leaves) mayTouch(principal, organizationId, [present]);
    };
    await store.members.remove(organizationId, personId, mayChange, actorOf(principal));
    rightsChanged();
    return {};
  });
}

/** Only owners make owners, and only they touch one. */
function mayTouch(principal: Principal, organizationId: string, roles: readonly (Role | undefined)[]): void {
  const touchesOwner = roles.includes(Role.owner);
  const needed = touchesOwner ? permission.manageOwners : permission.manageAccounts;
  authorize(principal, organizationId, needed, 'organization');
}
