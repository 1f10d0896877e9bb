// The RPCs that list, show, delete and link firmware files and archives.
import type { firmware } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { artifactDeleted } from '../events.js';
import {
  deleteArtifact as deleteStored,
  findArtifact,
  listArtifacts as listStored,
} from '../store/artifacts.js';
import type { ArtifactContext } from './artifact-context.js';
import { artifactMessage } from './artifact-message.js';
import { idOf, idsOf, kindOf, paged, pageOf } from './request.js';

type Server = firmware.ArtifactsServer;

// Downloads that are running go on after their file is deleted, until none can be running any more.
const LINGER_MS = 60 * 60_000;

type Request = firmware.GetArtifactRequest;

const wanted = ({ database }: ArtifactContext, { organizationIds, uuid, kind: given, delta }: Request) => {
  const kind = kindOf(given);
  return findArtifact(database, {
    organizationIds: idsOf(organizationIds),
    uuid: idOf(uuid, kind),
    kind,
    delta,
  });
};

export function listArtifacts({ database }: ArtifactContext): Server['listArtifacts'] {
  return unary(async ({ organizationIds, product, kind: given, ...page }) => {
    const kind = kindOf(given);
    const { items, nextCursor } = await paged(pageOf(page), (rest) =>
      listStored(database, idsOf(organizationIds), { kind, product }, rest),
    );
    return { items: items.map(artifactMessage), nextCursor };
  });
}

export function getArtifact(context: ArtifactContext): Server['getArtifact'] {
  return unary(async (request) => ({ artifact: artifactMessage(await wanted(context, request)) }));
}

export function deleteArtifact(context: ArtifactContext): Server['deleteArtifact'] {
  return unary(async (request) => {
    const artifact = await wanted(context, request);
    const { actor } = request;
    const atMs = context.clock.now();
    await deleteStored(context.database, artifact, { actor, atMs, dueMs: atMs + LINGER_MS });
    artifactDeleted(artifact, actor);
    return {};
  });
}

export function linkArtifact(context: ArtifactContext): Server['linkArtifact'] {
  return unary(async (request) => context.link((await wanted(context, request)).id));
}
