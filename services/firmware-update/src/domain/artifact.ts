// What a firmware file is to the platform once it was verified, and what a key is that signs them.
import type { Metadata } from './fw/metadata.js';
import type { SigningKey } from './fw/signature.js';

/** A verified firmware file; its bytes are stored under its id. */
export interface Artifact extends Metadata {
  /** UUIDv7. */
  readonly id: string;
  readonly organizationId: string;
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
