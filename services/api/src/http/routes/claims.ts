// /v1/claims: how a printer becomes somebody's, also before it was ever seen.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Device, toDevice } from '../schemas/device.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Nullable, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Claims'];

const Claim = Type.Object({
  id: Id,
  organization_id: Id,
  state: Type.String({ description: 'pending until its device is seen, claimed, replaced or withdrawn' }),
  name: Type.String(),
  code_hint: Type.String({ description: 'How the code begins' }),
  device_id: Nullable(Id),
  created_at: Time,
  claimed_at: Nullable(Time),
});

const make = {
  tags,
  summary: 'Claims the device whose code this is; a code without a device yet stays pending',
  headers: Repeatable,
  body: Type.Object(
    {
      code: Type.String({ minLength: 1, maxLength: 100 }),
      name: Type.Optional(Name),
      organization_id: Type.Optional(Id),
      identifier: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'Which device, where the code fits several',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  response: { 201: Type.Intersect([Claim, Type.Object({ device: Nullable(Device) })]) },
};
const list = {
  tags,
  summary: 'Lists claims',
  querystring: PageQuery({
    state: Type.Optional(Type.String({ pattern: '^[a-z]{1,20}$' })),
    organization: Type.Optional(Id),
  }),
  response: { 200: Page(Claim) },
};
const show = { tags, summary: 'Shows one', params: IdParams, response: { 200: Claim } };
const withdraw = {
  tags,
  summary: 'Withdraws a claim that is pending',
  params: IdParams,
  response: { 204: Empty },
};

export function claimRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.post('/v1/claims', { config: write, schema: make }, async (request, reply) => {
    const { code, name = '', organization_id: organizationId = '', identifier = '' } = request.body;
    const { claim, device } = await peers.claims.createClaim({
      principal: principalOf(request),
      organizationId,
      code,
      name,
      identifier,
      idempotencyKey: idempotencyKey(request.headers),
    });
    const made = toClaim(present(claim, 'claim'));
    return reply.code(201).send({ ...made, device: device === undefined ? null : toDevice(device) });
  });

  server.get('/v1/claims', { config: read, schema: list }, async (request) => {
    const { state = '', organization: organizationId = '' } = request.query;
    const principal = principalOf(request);
    const page = pageOf(request.query);
    return pageFrom(await peers.claims.listClaims({ principal, organizationId, state, ...page }), toClaim);
  });

  server.get('/v1/claims/:id', { config: read, schema: show }, async (request) => {
    const { claim } = await peers.claims.getClaim({ principal: principalOf(request), id: request.params.id });
    return toClaim(present(claim, 'claim'));
  });

  server.delete('/v1/claims/:id', { config: write, schema: withdraw }, async (request, reply) => {
    await peers.claims.deleteClaim({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });
}

function toClaim(claim: registry.Claim): Static<typeof Claim> {
  return {
    id: claim.id,
    organization_id: claim.organizationId,
    state: claim.state,
    name: claim.name,
    code_hint: claim.codeHint,
    device_id: claim.deviceId || null,
    created_at: toTime(claim.createdAtMs),
    claimed_at: toTimeOrNull(claim.claimedAtMs),
  };
}
