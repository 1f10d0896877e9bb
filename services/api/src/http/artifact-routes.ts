// The routes of firmware files and of archives, which differ in their words alone.
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { toTime } from '../domain/time.js';
import { member, present, principalOf } from './access.js';
import { uploadFailure, uploadParts } from './artifact-upload.js';
import { fileBody, takeFiles } from './file-body.js';
import { organizationFor, organizationsOf, requireRole } from './memberships.js';
import type { Parts } from './parts.js';
import { Artifact, type ArtifactKind, toArtifact } from './schemas/artifact.js';
import { Page, PageQuery, pageFrom, pageOf } from './schemas/page.js';
import { Empty, FirmwareUuid, Id, Time } from './schemas/shapes.js';
import type { Server } from './server.js';
import { LONGEST_BODY_MS } from './slow-bodies.js';

const tags = ['Firmware'];
const params = Type.Object({ uuid: FirmwareUuid });
const Organization = Type.Object(
  { organization: Type.Optional(Id) },
  { additionalProperties: false, description: 'The first one of whoever asks, when absent' },
);
const Which = Type.Object(
  {
    organization: Type.Optional(Id),
    delta: Type.Optional(
      Type.Boolean({
        description:
          'Which of the two, where there is a delta beside the whole file; the whole one when absent',
      }),
    ),
  },
  { additionalProperties: false, description: 'The organization may be left out when only one has it' },
);
const Link = Type.Object({ url: Type.String(), expires_at: Time });

/** What a kind of files is called where it is shown. */
export interface ArtifactWords {
  readonly kind: ArtifactKind;
  /** Below `/v1/`. */
  readonly path: string;
  /** Of a form. */
  readonly field: string;
  readonly many: string;
}

function schemasOf({ field, many }: ArtifactWords) {
  const common = { tags, params, querystring: Which };
  return {
    list: {
      tags,
      summary: `Lists ${many}, the newest first`,
      querystring: PageQuery({
        organization: Type.Optional(Id),
        product: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      }),
      response: { 200: Page(Artifact) },
    },
    upload: {
      tags,
      summary: `Uploads a .fw file: the body, or the field \`${field}\` of a form`,
      description:
        'Refused with 400 and one word in `errors` of the field `firmware`, such as unsigned, bad_signature, ' +
        'hash_mismatch or metadata_incomplete; 413 when it is too large, 409 when another file with the same uuid is there, ' +
        'both whole or both deltas, or, for firmware, when its version is taken (`version_taken`). ' +
        'The very same file again is answered 200 with the first one, so an upload may be repeated without a key.',
      consumes: ['application/octet-stream', 'multipart/form-data'],
      querystring: Organization,
      body: Type.Unknown({ description: 'The file' }),
      response: { 200: Artifact, 201: Artifact },
    },
    show: { ...common, summary: 'Shows one', response: { 200: Artifact } },
    link: {
      ...common,
      summary: 'Makes a link from which anyone may download the file until it expires',
      response: { 200: Link },
    },
    remove: {
      ...common,
      summary: 'Deletes one that nothing refers to; links to it end',
      response: { 204: Empty },
    },
  };
}

/** The routes of one kind of files. */
export function artifactRoutes(server: Server, { peers }: Parts, words: ArtifactWords): void {
  const { kind } = words;
  const path = `/v1/${words.path}` as const;
  const schemas = schemasOf(words);
  const read = { access: member('firmware:read') };
  const write = { access: member('firmware:write', 'operator') };
  /** The file that a request names. Faults `not_found`, `invalid` when it must name the organization as well. */
  const wanted = async (
    request: FastifyRequest,
    uuid: string,
    { organization, delta }: Static<typeof Which>,
  ) => {
    const organizationIds = [...organizationsOf(request, organization)];
    const { artifact } = await peers.artifacts.getArtifact({ organizationIds, uuid, kind, delta });
    const found = present(artifact, kind);
    return { found, asked: { organizationIds: [found.organizationId], uuid, kind, delta: found.delta } };
  };

  server.get(path, { config: read, schema: schemas.list }, async (request) => {
    const { organization, product = '' } = request.query;
    const asked = { organizationIds: [...organizationsOf(request, organization)], product, kind };
    return pageFrom(await peers.artifacts.listArtifacts({ ...asked, ...pageOf(request.query) }), toArtifact);
  });

  server.register((scope: Server, _options, done) => {
    takeFiles(scope);
    const config = { ...write, bodyWithinMs: LONGEST_BODY_MS };
    scope.post(path, { config, schema: schemas.upload }, async (request, reply) => {
      const organizationId = organizationFor(request, request.query.organization, 'operator');
      const { userId, apiKeyId } = principalOf(request);
      const body = await fileBody(request, words.field);
      try {
        const parts = uploadParts(body, { organizationId, actor: userId || apiKeyId, kind });
        const { artifact, existed } = await peers.artifacts.uploadArtifact(parts, {
          timeoutMs: LONGEST_BODY_MS,
        });
        return reply.code(existed ? 200 : 201).send(toArtifact(present(artifact, kind)));
      } catch (error) {
        throw uploadFailure(error);
      } finally {
        body.discard();
      }
    });
    done();
  });

  server.get(`${path}/:uuid`, { config: read, schema: schemas.show }, async (request) => {
    const { found } = await wanted(request, request.params.uuid, request.query);
    return toArtifact(found);
  });

  server.get(`${path}/:uuid/link`, { config: read, schema: schemas.link }, async (request) => {
    const { asked } = await wanted(request, request.params.uuid, request.query);
    const { url, expiresAtMs } = await peers.artifacts.linkArtifact(asked);
    return { url, expires_at: toTime(expiresAtMs) };
  });

  server.delete(`${path}/:uuid`, { config: write, schema: schemas.remove }, async (request, reply) => {
    const { found, asked } = await wanted(request, request.params.uuid, request.query);
    requireRole(request, found.organizationId, 'operator');
    const { userId, apiKeyId } = principalOf(request);
    await peers.artifacts.deleteArtifact({ ...asked, actor: userId || apiKeyId });
    return reply.code(204).send(null);
  });
}
