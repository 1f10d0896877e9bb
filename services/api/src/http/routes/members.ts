// /v1/organizations/{id}/members: who belongs to an organization, and in which role.
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Email, Member, RoleName, toMember } from '../schemas/account.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Organizations'];

const list = {
  tags,
  summary: 'Lists members',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(Member) },
};
const add = {
  tags,
  summary: 'Adds somebody who has an account, or changes the role of a member',
  params: IdParams,
  headers: Repeatable,
  body: Type.Object({ email: Email, role: RoleName }, { additionalProperties: false }),
  response: { 201: Member },
};
const remove = {
  tags,
  summary: 'Removes a member',
  params: Type.Object({ id: Id, user_id: Id }),
  response: { 204: Empty },
};

export function memberRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('accounts:read') };
  const write = { access: member('accounts:write', 'admin') };

  server.get('/v1/organizations/:id/members', { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const organizationId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.registry.listMembers({ principal, organizationId, ...page }), toMember);
  });

  server.post('/v1/organizations/:id/members', { config: write, schema: add }, async (request, reply) => {
    const added = await peers.registry.addMember({
      principal: principalOf(request),
      organizationId: request.params.id,
      ...request.body,
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send(toMember(present(added.member, 'member')));
  });

  const one = '/v1/organizations/:id/members/:user_id';
  server.delete(one, { config: write, schema: remove }, async (request, reply) => {
    const { id: organizationId, user_id: userId } = request.params;
    await peers.registry.removeMember({ principal: principalOf(request), organizationId, userId });
    return reply.code(204).send(null);
  });
}
