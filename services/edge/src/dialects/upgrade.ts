// What a dialect says to an HTTP upgrade request, before there is a socket, and what a peer may prove with it.
import type { RefusalCode } from './refusal-code.js';

/** An NH1 token taken apart, and unverified: only the registry has the secret (nerveshub.md 6.2). */
export interface SignedClaim {
  /** Header values as they were sent. */
  readonly algorithm: string;
  readonly key: string;
  readonly time: string;
  readonly identifier: string;
  /** Epoch milliseconds by the device's clock. */
  readonly signedAtMs: number;
  /** What the MAC is over: the token's two first parts with the dot between. */
  readonly signedPart: string;
  readonly mac: Uint8Array;
  readonly macDigest: 'SHA-256' | 'SHA-384' | 'SHA-512';
}

/** What a device proved to have the key of towards the front that ended its TLS; nobody has looked into it yet. */
export interface PresentedCertificate {
  readonly leafDer: Uint8Array;
  /** What else it sent, in its order; empty where the front does not pass it on. */
  readonly chainDer: readonly Uint8Array[];
}

export type Evidence =
  | { readonly kind: 'signed_claim'; readonly claim: SignedClaim }
  | { readonly kind: 'certificate'; readonly certificate: PresentedCertificate };

/** Asked before the 101; until the answer there is no socket. */
export interface UpgradeQuestion {
  readonly kind: 'authenticate_device';
  readonly evidence: Evidence;
}

/** Who a device was found to be. */
export interface Proven {
  readonly identifier: string;
  /** The credential, certificate or product's key that proved it; its admission depends on it. */
  readonly credentialId: string;
}

export type UpgradeAnswer =
  | { readonly kind: 'proven'; readonly proven: Proven }
  /** Nothing is known that could tell, and the policy asks for no proof. */
  | { readonly kind: 'unproven' }
  /** `unavailable` also when nobody answered in time. */
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** What ends an upgrade request: a socket, or an answer. */
export type UpgradeVerdict =
  | { readonly accept: true; readonly subprotocol?: string }
  | {
      readonly accept: false;
      readonly status: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

export type UpgradeDecision = UpgradeVerdict | { readonly accept: 'ask'; readonly question: UpgradeQuestion };
