// Keeps what is known of firmware files and archives. The object of each has a row here or in object_removal, never in neither.
import { Fault, isFault, postgresFault } from '@mooring/runtime';
import { type Artifact, ArtifactKind } from '../domain/artifact.js';
import { auditOfArtifact } from '../domain/custody.js';
import { artifactOf, artifactRow } from './artifact-row.js';
import { holdVersion } from './artifact-versions.js';
import type { Database } from './client.js';
import { keepNotesIn } from './outbox.js';

/** Where a page ends: the id of its last item. */
export interface Page {
  readonly limit: number;
  readonly after: string | undefined;
}

/** At most `limit` of a kind, newest first; of one product unless that is empty. */
export async function listArtifacts(
  database: Database,
  organizationIds: readonly string[],
  { kind, product }: Pick<Artifact, 'kind' | 'product'>,
  { limit, after }: Page,
): Promise<Artifact[]> {
  const where = {
    organizationId: { in: [...organizationIds] },
    kind,
    ...(product === '' ? {} : { product }),
    ...(after === undefined ? {} : { id: { lt: after } }),
  };
  return asked(async () => {
    const rows = await database.artifact.findMany({ where, orderBy: { id: 'desc' }, take: limit });
    return rows.map(artifactOf);
  });
}

/** Which file of some organizations is meant. */
export interface Wanted {
  readonly organizationIds: readonly string[];
  readonly uuid: string;
  readonly kind?: ArtifactKind;
  /** Absent for whichever is there, the whole file before its delta. */
  readonly delta?: boolean | undefined;
}

// A whole file and its delta, and one more of another organization.
const ENOUGH = 3;

/** The file that is meant. Faults `not_found`, and `invalid` when several of the organizations have it. */
export async function findArtifact(
  database: Database,
  { organizationIds, uuid, kind = ArtifactKind.firmware, delta }: Wanted,
): Promise<Artifact> {
  const which = delta === undefined ? {} : { delta };
  const where = { organizationId: { in: [...organizationIds] }, kind, uuid, ...which };
  const [row, ...others] = await asked(() =>
    database.artifact.findMany({ where, orderBy: { delta: 'asc' }, take: ENOUGH }),
  );
  if (row === undefined) throw new Fault('not_found', `no such ${kind}`);
  if (others.some(({ organizationId }) => organizationId !== row.organizationId)) {
    const message = 'must name one: several organizations have it';
    throw new Fault('invalid', `organization ${message}`, { details: [{ field: 'organization', message }] });
  }
  return artifactOf(row);
}

/** The one whose object has that key, if it is there. */
export async function artifactById(database: Database, id: string): Promise<Artifact | undefined> {
  const row = await asked(() => database.artifact.findUnique({ where: { id } }));
  return row === null ? undefined : artifactOf(row);
}

/** Names a file within its organization; firmware unless it says otherwise. */
export type ArtifactName = Pick<Artifact, 'organizationId' | 'product' | 'uuid'> & {
  readonly kind?: ArtifactKind;
};

/** The organization's file with this name, if there is one; the whole one before its delta. */
export async function artifactNamed(
  database: Database,
  { organizationId, product, uuid, kind = ArtifactKind.firmware }: ArtifactName,
): Promise<Artifact | undefined> {
  const where = { organizationId, kind, product, uuid };
  const row = await asked(() => database.artifact.findFirst({ where, orderBy: { delta: 'asc' } }));
  return row === null ? undefined : artifactOf(row);
}

/** The one that is there with the name of `artifact`, and is as whole as it. */
export async function twinOf(database: Database, artifact: Artifact): Promise<Artifact | undefined> {
  const { organizationId, product, uuid, kind, delta } = artifact;
  const where = { organizationId_kind_product_uuid_delta: { organizationId, kind, product, uuid, delta } };
  const row = await asked(() => database.artifact.findUnique({ where }));
  return row === null ? undefined : artifactOf(row);
}

/**
 * Takes the object from those that are to be removed and makes it the artifact's, with the hashes of its parts. Undefined
 * when another one with its product and uuid came first. Faults `unavailable` when the object was removed meanwhile, and
 * `conflict` when its version is to be unique and is not.
 */
export async function keepArtifact(
  database: Database,
  artifact: Artifact,
  { partHashes, uniqueVersion }: { readonly partHashes: Uint8Array; readonly uniqueVersion: boolean },
): Promise<Artifact | undefined> {
  try {
    await database.$transaction(async (tx) => {
      const { count } = await tx.objectRemoval.deleteMany({ where: { key: artifact.id } });
      if (count === 0) throw new Fault('unavailable', 'the upload took longer than its object was kept');
      if (uniqueVersion) await holdVersion(tx, artifact);
      await tx.artifact.create({ data: artifactRow(artifact) });
      const { uploadedBy: actor, uploadedAtMs: atMs } = artifact;
      await keepNotesIn(tx, [auditOfArtifact(artifact, 'uploaded', { actor, atMs })]);
      await tx.artifactParts.create({ data: { artifactId: artifact.id, hashes: Buffer.from(partHashes) } });
    });
    return artifact;
  } catch (error) {
    if (isFault(error)) throw error;
    const fault = postgresFault(error);
    if (isFault(fault, 'conflict')) return undefined;
    throw fault;
  }
}

/** Who deletes a file and when, and from when on its object is removed. */
export interface Deletion {
  readonly actor: string;
  readonly atMs: number;
  readonly dueMs: number;
}

/** Deletes it. Faults `not_found`, and `conflict` while something refers to it. */
export async function deleteArtifact(
  database: Database,
  artifact: Artifact,
  { dueMs, ...by }: Deletion,
): Promise<void> {
  try {
    await database.$transaction(async (tx) => {
      const { count } = await tx.artifact.deleteMany({ where: { id: artifact.id } });
      if (count === 0) throw new Fault('not_found', `no such ${artifact.kind}`);
      const { id: key, sizeBytes } = artifactRow(artifact);
      await tx.objectRemoval.create({ data: { key, sizeBytes, dueAt: new Date(dueMs) } });
      await keepNotesIn(tx, [auditOfArtifact(artifact, 'deleted', by)]);
    });
  } catch (error) {
    if (isFault(error)) throw error;
    const fault = postgresFault(error);
    // A foreign key that leads here, whosever it is.
    if (!isFault(fault, 'not_found')) throw fault;
    throw new Fault('conflict', `something still refers to this ${artifact.kind}`, { cause: error });
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error);
  }
}
