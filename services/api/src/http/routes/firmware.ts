// /v1/firmware: firmware files, verified at their upload; where they can be downloaded.
import type { firmware } from '@mooring/proto';
import { isFault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import { type FileBody, fileBody, takeFiles } from '../file-body.js';
import { organizationFor, organizationsOf, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { TooLarge } from '../problem.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, Nullable, Time, FirmwareUuid as Uuid } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { LONGEST_BODY_MS } from '../slow-bodies.js';

const tags = ['Firmware'];

const Firmware = Type.Object({
  uuid: Uuid,
  organization_id: Id,
  product: Type.String(),
  version: Type.String({ description: 'Semantic version' }),
  platform: Type.String(),
  architecture: Type.String(),
  author: Nullable(Type.String()),
  description: Nullable(Type.String()),
  vcs_identifier: Nullable(Type.String()),
  misc: Nullable(Type.String()),
  size: Type.Integer({ description: 'Bytes' }),
  sha256: Type.String({ description: 'Lower-case hex' }),
  signed_by: Type.String({ description: 'The firmware key that signed it' }),
  delta: Type.Boolean({ description: 'Holds only what differs from another firmware' }),
  made_at: Type.String({ format: 'date-time', description: 'By its own word' }),
  uploaded_at: Time,
});

const params = Type.Object({ uuid: Uuid });
const Organization = Type.Object(
  { organization: Type.Optional(Id) },
  { additionalProperties: false, description: 'The first one of whoever asks, when absent' },
);
const list = {
  tags,
  summary: 'Lists firmware, the newest first',
  querystring: PageQuery({
    organization: Type.Optional(Id),
    product: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  }),
  response: { 200: Page(Firmware) },
};
const upload = {
  tags,
  summary: 'Uploads a .fw file: the body, or the field `firmware` of a form',
  description:
    'Refused with 400 and one word in `errors` of the field `firmware`, such as unsigned, bad_signature, ' +
    'hash_mismatch or metadata_incomplete; 413 when it is too large, 409 when another file with the same uuid is there. ' +
    'The very same file again is answered 200 with the first one, so an upload may be repeated without a key.',
  consumes: ['application/octet-stream', 'multipart/form-data'],
  querystring: Organization,
  body: Type.Unknown({ description: 'The file' }),
  response: { 200: Firmware, 201: Firmware },
};
const show = { tags, summary: 'Shows one', params, querystring: Organization, response: { 200: Firmware } };
const link = {
  tags,
  summary: 'Makes a link from which anyone may download the file until it expires',
  params,
  querystring: Organization,
  response: { 200: Type.Object({ url: Type.String(), expires_at: Time }) },
};
const remove = {
  tags,
  summary: 'Deletes one that nothing refers to; links to it end',
  params,
  querystring: Organization,
  response: { 204: Empty },
};

export function firmwareRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('firmware:read') };
  const write = { access: member('firmware:write', 'operator') };
  /** The firmware that a request names. Faults `not_found`, `invalid` when it must name the organization as well. */
  const wanted = async (request: FastifyRequest, uuid: string, organization?: string) => {
    const organizationIds = [...organizationsOf(request, organization)];
    const { artifact } = await peers.artifacts.getArtifact({ organizationIds, uuid });
    const found = present(artifact, 'firmware');
    return { found, asked: { organizationIds: [found.organizationId], uuid } };
  };

  server.get('/v1/firmware', { config: read, schema: list }, async (request) => {
    const { organization, product = '' } = request.query;
    const asked = { organizationIds: [...organizationsOf(request, organization)], product };
    return pageFrom(await peers.artifacts.listArtifacts({ ...asked, ...pageOf(request.query) }), toFirmware);
  });

  server.register((scope: Server, _options, done) => {
    takeFiles(scope);
    const config = { ...write, bodyWithinMs: LONGEST_BODY_MS };
    scope.post('/v1/firmware', { config, schema: upload }, async (request, reply) => {
      const organizationId = organizationFor(request, request.query.organization, 'operator');
      const { userId, apiKeyId } = principalOf(request);
      const body = await fileBody(request, 'firmware');
      try {
        const parts = partsOf(body, organizationId, userId || apiKeyId);
        const { artifact, existed } = await peers.artifacts.uploadArtifact(parts, {
          timeoutMs: LONGEST_BODY_MS,
        });
        return reply.code(existed ? 200 : 201).send(toFirmware(present(artifact, 'firmware')));
      } catch (error) {
        throw isTooLarge(error) ? new TooLarge(error.message) : error;
      } finally {
        body.discard();
      }
    });
    done();
  });

  server.get('/v1/firmware/:uuid', { config: read, schema: show }, async (request) => {
    const { found } = await wanted(request, request.params.uuid, request.query.organization);
    return toFirmware(found);
  });

  server.get('/v1/firmware/:uuid/link', { config: read, schema: link }, async (request) => {
    const { asked } = await wanted(request, request.params.uuid, request.query.organization);
    const { url, expiresAtMs } = await peers.artifacts.linkArtifact(asked);
    return { url, expires_at: toTime(expiresAtMs) };
  });

  server.delete('/v1/firmware/:uuid', { config: write, schema: remove }, async (request, reply) => {
    const { found, asked } = await wanted(request, request.params.uuid, request.query.organization);
    requireRole(request, found.organizationId, 'operator');
    const { userId, apiKeyId } = principalOf(request);
    await peers.artifacts.deleteArtifact({ ...asked, actor: userId || apiKeyId });
    return reply.code(204).send(null);
  });
}

/** An upload as the service takes it: it says itself where its end is. */
async function* partsOf(
  { chunks, bytes }: FileBody,
  organizationId: string,
  actor: string,
): AsyncGenerator<firmware.UploadArtifactRequest> {
  yield { part: { $case: 'start', value: { organizationId, actor, expectedBytes: bytes } } };
  for await (const chunk of chunks) yield { part: { $case: 'chunk', value: Buffer.from(chunk) } };
  yield { part: { $case: 'end', value: {} } };
}

function isTooLarge(error: unknown): error is Error {
  if (!isFault(error, 'invalid')) return false;
  return (
    error.details?.some(({ field, message }) => field === 'firmware' && message === 'too_large') ?? false
  );
}

function toFirmware(artifact: firmware.Artifact): Static<typeof Firmware> {
  return {
    uuid: artifact.uuid,
    organization_id: artifact.organizationId,
    product: artifact.product,
    version: artifact.version,
    platform: artifact.platform,
    architecture: artifact.architecture,
    author: artifact.author || null,
    description: artifact.description || null,
    vcs_identifier: artifact.vcsIdentifier || null,
    misc: artifact.misc || null,
    size: artifact.sizeBytes,
    sha256: artifact.sha256,
    signed_by: artifact.signedBy,
    delta: artifact.delta,
    made_at: toTime(artifact.madeAtMs),
    uploaded_at: toTime(artifact.uploadedAtMs),
  };
}
