// Firmware files and archives as JSON.
import type { firmware } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { FirmwareUuid, Id, Nullable, Time } from './shapes.js';

/** What a file is for: to be what a device runs, or something that it keeps beside that. */
export type ArtifactKind = 'firmware' | 'archive';

export const Artifact = Type.Object({
  uuid: FirmwareUuid,
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

export function toArtifact(artifact: firmware.Artifact): Static<typeof Artifact> {
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
