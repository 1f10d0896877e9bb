// A person's claim on a printer: what it is, and what making one takes.

/** Where a claim stands. */
export const ClaimState = {
  /** No printer that it fits has been heard of. */
  pending: 'pending',
  claimed: 'claimed',
  /** The printer was claimed with a newer code. */
  replaced: 'replaced',
  withdrawn: 'withdrawn',
} as const;
export type ClaimState = (typeof ClaimState)[keyof typeof ClaimState];

export function isClaimState(value: string): value is ClaimState {
  return Object.hasOwn(ClaimState, value);
}

export interface Claim {
  readonly id: string;
  readonly organizationId: string;
  readonly state: ClaimState;
  readonly name: string;
  readonly codeHint: string;
  /** Undefined while no device is known for it, and once that device is deleted. */
  readonly deviceId: string | undefined;
  readonly createdAt: Date;
  readonly claimedAt: Date | undefined;
}

/** A claim to be made. */
export interface NewClaim {
  readonly organizationId: string;
  /** Becomes the device's name when it has none. */
  readonly name: string;
  readonly codeHash: Buffer;
  readonly codeHint: string;
  readonly hardwareXor: number;
  /** 16 bytes. */
  readonly linkKey: Buffer;
  /** The address of the printer that is meant; empty: of those that fit, the one that asked for its key last. */
  readonly identifier: string;
}
