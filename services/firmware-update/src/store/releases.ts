// Finds the firmware and archives that deployment groups and orders name.
import { Fault } from '@mooring/runtime';
import { type Artifact, ArtifactKind } from '../domain/artifact.js';
import type { Release } from '../domain/group-change.js';
import type { DeviceRecord } from '../domain/record.js';
import { artifactNamed, findArtifact } from './artifacts.js';
import type { Database, Pool } from './client.js';
import { query } from './fleet.js';

/** The organization's firmware of that product. Fault `not_found`. */
export async function firmwareNamed(
  database: Database,
  organizationId: string,
  product: string,
  uuid: string,
): Promise<Release> {
  const artifact = await artifactNamed(database, { organizationId, product, uuid: uuid.toLowerCase() });
  if (artifact === undefined) throw missing('firmware_uuid', 'firmware');
  return releaseOf(artifact);
}

/** The organization's archive of that product. Fault `not_found`. */
export async function archiveNamed(
  database: Database,
  organizationId: string,
  product: string,
  uuid: string,
): Promise<Release> {
  const named = { organizationId, product, uuid: uuid.toLowerCase(), kind: ArtifactKind.archive };
  const artifact = await artifactNamed(database, named);
  if (artifact === undefined) throw missing('archive_uuid', 'archive');
  return releaseOf(artifact);
}

/** The organization's firmware with that uuid, whatever its product. Fault `not_found`. */
export async function firmwareOf(database: Database, organizationId: string, uuid: string): Promise<Release> {
  return releaseOf(
    await findArtifact(database, { organizationIds: [organizationId], uuid: uuid.toLowerCase() }),
  );
}

function releaseOf({ id, uuid, version, product, platform, architecture }: Artifact): Release {
  return { artifactId: id, uuid, version, product, platform, architecture };
}

function missing(field: string, what: string): Fault {
  const message = `names no ${what} of the product`;
  return new Fault('not_found', `${field} ${message}`, { details: [{ field, message }] });
}

/**
 * The same records; of a device that names its firmware and does not describe it, with what the organization's file of
 * that uuid says (nerveshub.md 3.2).
 */
export async function named(pool: Pool, records: readonly DeviceRecord[]): Promise<readonly DeviceRecord[]> {
  const incomplete = records.flatMap((record) =>
    record.kind === 'joined' && isIncomplete(record.join) ? [record] : [],
  );
  if (incomplete.length === 0) return records;
  const rows = await query<Omit<Release, 'artifactId'> & { readonly owner: string }>(
    pool,
    `SELECT organization_id AS owner, uuid, version, product, platform, architecture FROM artifact
     WHERE organization_id = ANY ($1::uuid[]) AND uuid = ANY ($2) AND kind = 'firmware'`,
    [incomplete.map(({ organizationId }) => organizationId), incomplete.map(({ join }) => join.firmwareUuid)],
  );
  return records.map((record): DeviceRecord => {
    if (record.kind !== 'joined' || !isIncomplete(record.join)) return record;
    const { organizationId, join } = record;
    const known = rows.find(({ owner, uuid }) => owner === organizationId && uuid === join.firmwareUuid);
    if (known === undefined) return record;
    const { version, product, platform, architecture } = known;
    return { ...record, join: { ...join, version, product, platform, architecture } };
  });
}

function isIncomplete(join: Extract<DeviceRecord, { kind: 'joined' }>['join']): boolean {
  return (
    join.firmwareUuid !== '' && [join.product, join.platform, join.architecture, join.version].includes('')
  );
}
