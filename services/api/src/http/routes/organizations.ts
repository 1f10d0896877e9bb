// /v1/organizations: the organizations that somebody belongs to.
import { Type } from 'typebox';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Organization, Tariff, toOrganization } from '../schemas/account.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { IdParams, idempotencyKey, Name, Nullable, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Organizations'];
const TimeZone = Type.String({ minLength: 1, maxLength: 64, description: 'IANA, such as Europe/Berlin' });

const list = { tags, summary: 'Lists yours', querystring: PlainPage, response: { 200: Page(Organization) } };
const create = {
  tags,
  summary: 'Makes one; you are its owner',
  headers: Repeatable,
  body: Type.Object({ name: Name, time_zone: Type.Optional(TimeZone) }, { additionalProperties: false }),
  response: { 201: Organization },
};
const show = { tags, summary: 'Shows one', params: IdParams, response: { 200: Organization } };
const change = {
  tags,
  summary: 'Changes name, time zone or tariff; a null tariff takes it away',
  params: IdParams,
  body: Type.Object(
    {
      name: Type.Optional(Name),
      time_zone: Type.Optional(TimeZone),
      tariff: Type.Optional(Nullable(Tariff)),
    },
    { additionalProperties: false },
  ),
  response: { 200: Organization },
};

export function organizationRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('accounts:read') };

  server.get('/v1/organizations', { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const reply = await peers.registry.listOrganizations({ principal, ...pageOf(request.query) });
    return pageFrom(reply, toOrganization);
  });

  // Anyone known may make one, so no role is asked for.
  const anyone = { access: { who: 'principal', scope: 'accounts:write' } as const };
  server.post('/v1/organizations', { config: anyone, schema: create }, async (request, reply) => {
    const { name, time_zone: timeZone = '' } = request.body;
    const principal = principalOf(request);
    const key = idempotencyKey(request.headers);
    const made = await peers.registry.createOrganization({ principal, name, timeZone, idempotencyKey: key });
    return reply.code(201).send(toOrganization(present(made.organization, 'organization')));
  });

  server.get('/v1/organizations/:id', { config: read, schema: show }, async (request) => {
    const principal = principalOf(request);
    const { organization } = await peers.registry.getOrganization({ principal, id: request.params.id });
    return toOrganization(present(organization, 'organization'));
  });

  const write = { access: member('accounts:write', 'admin') };
  server.patch('/v1/organizations/:id', { config: write, schema: change }, async (request) => {
    const { name, time_zone: timeZone, tariff } = request.body;
    const { organization } = await peers.registry.updateOrganization({
      principal: principalOf(request),
      id: request.params.id,
      name,
      timeZone,
      tariffJson: tariff === undefined ? undefined : tariff === null ? '' : JSON.stringify(tariff),
    });
    return toOrganization(present(organization, 'organization'));
  });
}
