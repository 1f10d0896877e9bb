// Keeps versions of firmware apart: one file of a product, platform and architecture each.
import { Fault, postgresFault } from '@mooring/runtime';
import { type Artifact, ArtifactKind } from '../domain/artifact.js';
import type { Database } from './client.js';
import type { Prisma } from './generated/client.js';

/** What must be one of a kind. */
type Versioned = Pick<
  Artifact,
  'organizationId' | 'kind' | 'product' | 'version' | 'platform' | 'architecture' | 'uuid'
>;

/** Fault `conflict` when other firmware has the version, by what is there now. Archives may share theirs. */
export async function requireFreeVersion(database: Database, artifact: Versioned): Promise<void> {
  try {
    if (await isTaken(database, artifact)) throw versionTaken(artifact);
  } catch (error) {
    throw postgresFault(error);
  }
}

/** The same within a transaction, which whoever brings the same version at the same time waits for. */
export async function holdVersion(tx: Prisma.TransactionClient, artifact: Versioned): Promise<void> {
  const { organizationId, product, version, platform, architecture } = artifact;
  const name = JSON.stringify([organizationId, product, platform, architecture, version]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 20261124))`;
  if (await isTaken(tx, artifact)) throw versionTaken(artifact);
}

/** One with the same uuid is the same firmware, or a delta that leads to it; that is another question. */
async function isTaken(on: Database | Prisma.TransactionClient, artifact: Versioned): Promise<boolean> {
  const { organizationId, kind, product, version, platform, architecture, uuid } = artifact;
  if (kind !== ArtifactKind.firmware) return false;
  const same = { organizationId, kind, product, version, platform, architecture };
  return (await on.artifact.count({ where: { ...same, uuid: { not: uuid } } })) > 0;
}

function versionTaken({ product, version, platform, architecture }: Versioned): Fault {
  return new Fault(
    'conflict',
    `other firmware of ${product} ${version} for ${platform} ${architecture} is there already; give this one another version`,
    { details: [{ field: 'firmware', message: 'version_taken' }] },
  );
}
