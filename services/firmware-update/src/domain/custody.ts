// What the audit log says of files and of the keys that sign them.
import type { Artifact, FirmwareKey } from './artifact.js';
import type { AuditNote } from './note.js';

/** An entry about a file. */
export function auditOfArtifact(
  artifact: Pick<Artifact, 'organizationId' | 'kind' | 'uuid' | 'product' | 'version' | 'signedBy'>,
  change: 'uploaded' | 'deleted',
  { actor, atMs }: { readonly actor: string; readonly atMs: number },
): AuditNote {
  const { organizationId, kind, uuid, product, version, signedBy } = artifact;
  return {
    ...{ note: 'audit', organizationId, actor: actor || 'system', atMs },
    ...{ action: `${kind}.${change}`, resource: `${kind}:${uuid}` },
    details: { product, version, signed_by: signedBy },
  };
}

/** An entry about a key. */
export function auditOfKey(
  { organizationId, id, name }: Pick<FirmwareKey, 'organizationId' | 'id' | 'name'>,
  change: 'created' | 'deleted',
  { actor, atMs }: { readonly actor: string; readonly atMs: number },
): AuditNote {
  return {
    ...{ note: 'audit', organizationId, actor: actor || 'system', atMs },
    ...{ action: `firmware_key.${change}`, resource: `firmware_key:${id}`, details: { name } },
  };
}
