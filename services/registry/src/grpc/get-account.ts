// Who asks, with the organizations they belong to.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import type { Context } from './context.js';
import { organizationMessage, userMessage } from './message.js';
import { principalOf } from './principal.js';

export function getAccount({ store }: Context): registry.RegistryServer['getAccount'] {
  return unary(async (request) => {
    const { userId, memberships } = principalOf(request.principal);
    if (userId === undefined) {
      const ids = memberships.map(({ organizationId }) => organizationId);
      const found = await store.organizations.list(ids, { limit: ids.length });
      const role = memberships[0]?.role ?? '';
      return { user: undefined, organizations: found.map((each) => organizationMessage(each, role)) };
    }
    const account = await store.people.account(userId);
    if (account === undefined) throw new Fault('unauthenticated', 'this account exists no longer');
    return {
      user: userMessage(account.user),
      organizations: account.belongings.map((each) => organizationMessage(each.organization, each.role)),
    };
  });
}
