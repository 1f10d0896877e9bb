// /v1/devices/{id}/credentials: what a device proves itself with.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import {
  Empty,
  Id,
  IdParams,
  idempotencyKey,
  Name,
  Nullable,
  Pem,
  Repeatable,
  Time,
} from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { fromTime } from '../span.js';

const tags = ['Devices'];

const Certificate = Type.Object({
  fingerprint: Type.String({ description: 'SHA-1 of the certificate, upper-case hex' }),
  public_key_fingerprint: Type.String({ description: 'SHA-1 of its public key, upper-case hex' }),
  serial: Type.String({ description: 'Decimal' }),
  common_name: Type.String(),
  not_before: Time,
  not_after: Time,
});
const Credential = Type.Object({
  id: Id,
  type: Type.String(),
  name: Type.String(),
  prefix: Type.String({ description: 'How the secret, or its key, begins, to recognise it by' }),
  key: Nullable(Type.String({ description: 'Of a shared secret: what the device names it by, `nhd_…`' })),
  created_at: Time,
  expires_at: Nullable(Time),
  last_used_at: Nullable(Time),
  certificate: Nullable(Certificate),
});

const list = {
  tags,
  summary: 'Lists credentials, without their secrets',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(Credential) },
};
const create = {
  tags,
  summary: 'Makes a credential; its secret is shown this once',
  params: IdParams,
  headers: Repeatable,
  body: Type.Object(
    {
      type: Type.Union([Type.Literal('token'), Type.Literal('shared_secret'), Type.Literal('certificate')]),
      name: Type.Optional(Name),
      expires_at: Type.Optional(Time),
      certificate: Type.Optional(Pem),
    },
    { additionalProperties: false },
  ),
  response: {
    201: Type.Intersect([
      Credential,
      Type.Object({ secret: Type.Optional(Type.String({ description: 'None for a certificate' })) }),
    ]),
  },
};
const remove = {
  tags,
  summary: 'Revokes a credential',
  params: Type.Object({ id: Id, credential_id: Id }),
  response: { 204: Empty },
};

export function credentialRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/devices/:id/credentials';
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.get(path, { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const deviceId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.registry.listCredentials({ principal, deviceId, ...page }), toCredential);
  });

  server.post(path, { config: write, schema: create }, async (request, reply) => {
    const { type, name = '', expires_at: expiresAt, certificate: certificatePem } = request.body;
    const { credential, secret } = await peers.registry.createCredential({
      principal: principalOf(request),
      deviceId: request.params.id,
      type,
      name,
      expiresAtMs: expiresAt === undefined ? undefined : fromTime(expiresAt, 'expires_at'),
      idempotencyKey: idempotencyKey(request.headers),
      certificatePem,
    });
    const made = toCredential(present(credential, 'credential'));
    return reply.code(201).send(secret === '' ? made : { ...made, secret });
  });

  server.delete(`${path}/:credential_id`, { config: write, schema: remove }, async (request, reply) => {
    const { id: deviceId, credential_id: id } = request.params;
    await peers.registry.deleteCredential({ principal: principalOf(request), deviceId, id });
    return reply.code(204).send(null);
  });
}

function toCredential(credential: registry.Credential): Static<typeof Credential> {
  return {
    id: credential.id,
    type: credential.type,
    name: credential.name,
    prefix: credential.prefix,
    key: credential.key ?? null,
    created_at: toTime(credential.createdAtMs),
    expires_at: toTimeOrNull(credential.expiresAtMs),
    last_used_at: toTimeOrNull(credential.lastUsedAtMs),
    certificate: credential.certificate ? toCertificate(credential.certificate) : null,
  };
}

function toCertificate(facts: registry.CertificateFacts): Static<typeof Certificate> {
  return {
    fingerprint: facts.fingerprint,
    public_key_fingerprint: facts.publicKeyFingerprint,
    serial: facts.serial,
    common_name: facts.commonName,
    not_before: toTime(facts.notBeforeMs),
    not_after: toTime(facts.notAfterMs),
  };
}
