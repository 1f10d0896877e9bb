// Keeps what is known of firmware files. The object of each has a row here or in object_removal, never in neither.
import { Fault, isFault, postgresFault } from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import { artifactOf, artifactRow } from './artifact-row.js';
import type { Database } from './client.js';

/** Where a page ends: the id of its last item. */
export interface Page {
  readonly limit: number;
  readonly after: string | undefined;
}

/** At most `limit` of them, newest first; of one product unless that is empty. */
export async function listArtifacts(
  database: Database,
  organizationIds: readonly string[],
  product: string,
  { limit, after }: Page,
): Promise<Artifact[]> {
  const where = {
    organizationId: { in: [...organizationIds] },
    ...(product === '' ? {} : { product }),
    ...(after === undefined ? {} : { id: { lt: after } }),
  };
  return asked(async () => {
    const rows = await database.artifact.findMany({ where, orderBy: { id: 'desc' }, take: limit });
    return rows.map(artifactOf);
  });
}

/** The one with the uuid in these organizations. Faults `not_found`, and `invalid` when several of them have it. */
export async function findArtifact(
  database: Database,
  organizationIds: readonly string[],
  uuid: string,
): Promise<Artifact> {
  const where = { organizationId: { in: [...organizationIds] }, uuid };
  const [row, another] = await asked(() => database.artifact.findMany({ where, take: 2 }));
  if (row === undefined) throw new Fault('not_found', 'no such firmware');
  if (another !== undefined) {
    const message = 'must name one: several organizations have this firmware';
    throw new Fault('invalid', `organization ${message}`, { details: [{ field: 'organization', message }] });
  }
  return artifactOf(row);
}

/** The one whose object has that key, if it is there. */
export async function artifactById(database: Database, id: string): Promise<Artifact | undefined> {
  const row = await asked(() => database.artifact.findUnique({ where: { id } }));
  return row === null ? undefined : artifactOf(row);
}

/** The one of the organization with this product and uuid, if there is one. */
export async function twinOf(
  database: Database,
  { organizationId, product, uuid }: Pick<Artifact, 'organizationId' | 'product' | 'uuid'>,
): Promise<Artifact | undefined> {
  const where = { organizationId_product_uuid: { organizationId, product, uuid } };
  const row = await asked(() => database.artifact.findUnique({ where }));
  return row === null ? undefined : artifactOf(row);
}

/**
 * Takes the object from those that are to be removed and makes it the artifact's. Undefined when another one with its
 * product and uuid came first. Fault `unavailable` when the object was removed meanwhile.
 */
export async function keepArtifact(database: Database, artifact: Artifact): Promise<Artifact | undefined> {
  try {
    await database.$transaction(async (tx) => {
      const { count } = await tx.objectRemoval.deleteMany({ where: { key: artifact.id } });
      if (count === 0) throw new Fault('unavailable', 'the upload took longer than its object was kept');
      await tx.artifact.create({ data: artifactRow(artifact) });
    });
    return artifact;
  } catch (error) {
    const fault = postgresFault(error);
    if (isFault(fault, 'conflict')) return undefined;
    throw fault;
  }
}

/** Deletes it, and has its object removed at `dueMs`. Faults `not_found`, and `conflict` while something refers to it. */
export async function deleteArtifact(database: Database, artifact: Artifact, dueMs: number): Promise<void> {
  try {
    await database.$transaction(async (tx) => {
      const { count } = await tx.artifact.deleteMany({ where: { id: artifact.id } });
      if (count === 0) throw new Fault('not_found', 'no such firmware');
      const { id: key, sizeBytes } = artifactRow(artifact);
      await tx.objectRemoval.create({ data: { key, sizeBytes, dueAt: new Date(dueMs) } });
    });
  } catch (error) {
    if (isFault(error)) throw error;
    const fault = postgresFault(error);
    // A foreign key that leads here, whosever it is.
    if (!isFault(fault, 'not_found')) throw fault;
    throw new Fault('conflict', 'something still refers to this firmware', { cause: error });
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error);
  }
}
