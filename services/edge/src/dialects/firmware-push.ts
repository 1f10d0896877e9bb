// What firmware-update has a device told, as dialects write it.

/** Of one firmware file; what it does not say is empty. */
export interface FirmwareMeta {
  readonly uuid: string;
  readonly product: string;
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
  readonly author: string;
  readonly description: string;
  readonly vcsIdentifier: string;
  readonly misc: string;
}

export interface UpdateOffer {
  /** Signed and expiring: a secret of the device. */
  readonly url: string;
  readonly firmware: FirmwareMeta;
  /** Absent when a person ordered the update. */
  readonly deploymentNumber?: number | undefined;
  readonly sizeBytes: number;
  /** Upper-case hex SHA-256 of the file, and of each MiB of it. */
  readonly sha256: string;
  readonly partSha256: readonly string[];
  /** The organization's keys, 32 bytes each: one of them has signed it. */
  readonly firmwareKeys: readonly Uint8Array[];
}

export interface ArchiveOffer {
  readonly url: string;
  readonly uuid: string;
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly uploadedAtMs: number;
}

export type FirmwarePush =
  | { readonly is: 'update'; readonly update: UpdateOffer }
  | { readonly is: 'archive'; readonly archive: ArchiveOffer }
  /** The organization's keys, 32 bytes each. */
  | { readonly is: 'firmware_keys' | 'archive_keys'; readonly keys: readonly Uint8Array[] }
  /** Elixir that the device runs when it connects. */
  | { readonly is: 'connecting_code'; readonly text: string };

/** A push for the device of this connection. The step says with `accept` whether its channel is joined. */
export interface PushInput {
  readonly on: 'push';
  readonly push: FirmwarePush;
}

/** Whether an update waits for the device that asks. */
export interface UpdateQuestion {
  readonly kind: 'check_update';
}

/** Without an update none is due. A refusal says `unavailable`. */
export interface UpdateAnswer {
  readonly kind: 'update_due';
  readonly update: UpdateOffer | undefined;
}
