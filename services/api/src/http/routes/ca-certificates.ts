// /v1/ca-certificates: CAs whose certificates let an organization's devices in (nerveshub.md 6.1).
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, Nullable, Pem, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Certificates'];

/** What the registry takes for a tag and a description is bounded there; this bounds what it is sent. */
const Provisioning = Type.Object(
  {
    product_id: Id,
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50 })),
    description: Type.Optional(Type.String({ maxLength: 200, description: 'Becomes the name of devices' })),
  },
  { additionalProperties: false, description: 'Devices that the CA vouches for are registered on sight' },
);
const Description = Type.String({ maxLength: 200 });
const checkExpiration = 'Whether it ceases to vouch for new certificates when it has expired itself';

const CaCertificate = Type.Object({
  id: Id,
  organization_id: Id,
  description: Type.String(),
  common_name: Type.String(),
  serial: Type.String({ description: 'Decimal' }),
  subject_key_id: Type.String({ description: 'Upper-case hex; what certificates name their issuer by' }),
  not_before: Time,
  not_after: Time,
  check_expiration: Type.Boolean({ description: checkExpiration }),
  provisioning: Nullable(Type.Required(Provisioning)),
  created_at: Time,
  last_used_at: Nullable(Time),
});

const verify = {
  tags,
  summary: 'Makes a token for the certificate that proves who has the key of a CA',
  body: Type.Object({ organization_id: Type.Optional(Id) }, { additionalProperties: false }),
  response: {
    201: Type.Object({
      token: Type.String(),
      san: Type.String({ description: 'The URI for the alternative names of that certificate' }),
      expires_at: Time,
    }),
  },
};
const list = {
  tags,
  summary: 'Lists CAs',
  querystring: PageQuery({ organization: Type.Optional(Id) }),
  response: { 200: Page(CaCertificate) },
};
const make = {
  tags,
  summary: 'Registers a CA: certificates that it signs let devices in',
  body: Type.Object(
    {
      certificate: Pem,
      verification: Type.Unsafe<Static<typeof Pem>>({
        ...Pem,
        description: 'PEM of a certificate that the CA signed, with the token in its alternative names',
      }),
      description: Type.Optional(Description),
      check_expiration: Type.Optional(Type.Boolean({ description: checkExpiration })),
      provisioning: Type.Optional(Provisioning),
      organization_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  response: { 201: CaCertificate },
};
const change = {
  tags,
  summary: 'Changes what a CA vouches for',
  params: IdParams,
  body: Type.Object(
    {
      description: Type.Optional(Description),
      check_expiration: Type.Optional(Type.Boolean({ description: checkExpiration })),
      provisioning: Type.Optional(Nullable(Provisioning)),
    },
    { additionalProperties: false },
  ),
  response: { 200: CaCertificate },
};
const remove = {
  tags,
  summary: 'Withdraws a CA; certificates that it let in stay known',
  params: IdParams,
  response: { 204: Empty },
};

export function caCertificateRoutes(server: Server, { peers: { authorities } }: Parts): void {
  const path = '/v1/ca-certificates';
  const read = { access: member('devices:read', 'admin') };
  const write = { access: member('devices:write', 'admin') };

  server.post(`${path}/verification`, { config: write, schema: verify }, async (request, reply) => {
    const { organization_id: organizationId = '' } = request.body;
    const asked = { principal: principalOf(request), organizationId };
    const { token, expiresAtMs } = await authorities.createCaVerification(asked);
    const san = `urn:nerveshub:verify:${token}`;
    return reply.code(201).send({ token, san, expires_at: toTime(expiresAtMs) });
  });

  server.get(path, { config: read, schema: list }, async (request) => {
    const { organization: organizationId = '' } = request.query;
    const asked = { principal: principalOf(request), organizationId, ...pageOf(request.query) };
    return pageFrom(await authorities.listCaCertificates(asked), toCaCertificate);
  });

  server.post(path, { config: write, schema: make }, async (request, reply) => {
    const { body } = request;
    const { certificate } = await authorities.createCaCertificate({
      principal: principalOf(request),
      organizationId: body.organization_id ?? '',
      certificatePem: body.certificate,
      verificationPem: body.verification,
      description: body.description ?? '',
      checkExpiration: body.check_expiration ?? false,
      provisioning: fromProvisioning(body.provisioning),
    });
    return reply.code(201).send(toCaCertificate(present(certificate, 'CA certificate')));
  });

  server.patch(`${path}/:id`, { config: write, schema: change }, async (request) => {
    const { description, check_expiration: checked, provisioning } = request.body;
    const { certificate } = await authorities.updateCaCertificate({
      principal: principalOf(request),
      id: request.params.id,
      description,
      checkExpiration: checked,
      provisioning: fromProvisioning(provisioning ?? undefined),
      setProvisioning: provisioning !== undefined,
    });
    return toCaCertificate(present(certificate, 'CA certificate'));
  });

  server.delete(`${path}/:id`, { config: write, schema: remove }, async (request, reply) => {
    await authorities.deleteCaCertificate({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });
}

function fromProvisioning(
  given: Static<typeof Provisioning> | undefined,
): registry.JustInTimeProvisioning | undefined {
  if (given === undefined) return undefined;
  const { product_id: productId, tags: deviceTags = [], description = '' } = given;
  return { productId, tags: deviceTags, description };
}

function toCaCertificate(authority: registry.CaCertificate): Static<typeof CaCertificate> {
  const { provisioning } = authority;
  return {
    id: authority.id,
    organization_id: authority.organizationId,
    description: authority.description,
    common_name: authority.commonName,
    serial: authority.serial,
    subject_key_id: authority.subjectKeyId,
    not_before: toTime(authority.notBeforeMs),
    not_after: toTime(authority.notAfterMs),
    check_expiration: authority.checkExpiration,
    provisioning: provisioning
      ? {
          product_id: provisioning.productId,
          tags: [...provisioning.tags],
          description: provisioning.description,
        }
      : null,
    created_at: toTime(authority.createdAtMs),
    last_used_at: toTimeOrNull(authority.lastUsedAtMs),
  };
}
