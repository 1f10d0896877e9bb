// GET /v1/me: who is asking, and where they belong.
import { Type } from 'typebox';
import { member, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Organization, toOrganization, toUser, User } from '../schemas/account.js';
import { Nullable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const Me = Type.Object({
  user: Nullable(User),
  organizations: Type.Array(Organization),
  scopes: Type.Array(Type.String(), { description: 'Empty: everything that the role allows' }),
  platform_operator: Type.Boolean(),
});

const schema = { tags: ['People'], summary: 'Who you are; an API key has no user', response: { 200: Me } };

export function meRoute(server: Server, { peers }: Parts): void {
  server.get('/v1/me', { config: { access: member('accounts:read') }, schema }, async (request) => {
    const principal = principalOf(request);
    const { user, organizations } = await peers.registry.getAccount({ principal });
    return {
      user: user === undefined ? null : toUser(user),
      organizations: organizations.map(toOrganization),
      scopes: [...principal.scopes],
      platform_operator: principal.platformOperator,
    };
  });
}
