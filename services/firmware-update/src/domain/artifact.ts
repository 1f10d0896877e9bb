// What a firmware file or an archive is to the platform once it was verified, and what a key is that signs them.
import type { Metadata } from './fw/metadata.js';
import type { SigningKey } from './fw/signature.js';

/** What a file is for: to be what a device runs, or something that it keeps beside that. */
export const ArtifactKind = { firmware: 'firmware', archive: 'archive' } as const;
export type ArtifactKind = (typeof ArtifactKind)[keyof typeof ArtifactKind];

/** The kind that a text names. */
export function artifactKind(text: string): ArtifactKind | undefined {
  return Object.hasOwn(ArtifactKind, text) ? (text as ArtifactKind) : undefined;
}

/** A verified file; its bytes are stored under its id. */
export interface Artifact extends Metadata {
  /** UUIDv7. */
  readonly id: string;
  readonly organizationId: string;
  readonly kind: ArtifactKind;
  /** Computed from its meta.conf; the same for a delta and the firmware that it leads to. */
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Name that the key had which signed it. */
  readonly signedBy: string;
  readonly delta: boolean;
  readonly madeAtMs: number;
  readonly uploadedAtMs: number;
  /** Person or API key. */
  readonly uploadedBy: string;
}

/** A key that an organization trusts to sign firmware. */
export interface FirmwareKey extends SigningKey {
  readonly organizationId: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}
