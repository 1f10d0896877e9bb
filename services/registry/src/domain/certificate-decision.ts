// The decision table for a device that presents a certificate: let in, stored, provisioned or refused (nerveshub.md 6.1).
import type { Certificate } from './certificate.js';
import { isSignedBy, type PathProblem, pathProblem } from './certificate-path.js';

/** What devices that a CA vouches for are made with when they are not registered yet. */
export interface Provisioning {
  readonly productId: string;
  readonly tags: readonly string[];
  readonly description: string;
}

/** A CA that an organization registered. */
export interface Authority {
  readonly id: string;
  readonly organizationId: string;
  readonly certificate: Certificate;
  readonly checkExpiration: boolean;
  readonly provisioning: Provisioning | undefined;
}

export interface Holder {
  readonly deviceId: string;
  readonly identifier: string;
  readonly organizationId: string;
}

/** What the store knows of a certificate. */
export interface Knowledge {
  /** Who has this very certificate. */
  readonly known: (Holder & { readonly credentialId: string }) | undefined;
  /** Devices that have a certificate with the same public key. */
  readonly keyHolders: readonly Holder[];
  /** The device, of whatever organization, whose identifier is the common name. */
  readonly named: (Holder & { readonly certificates: number }) | undefined;
  /** Registered CAs whose subject key identifier is this certificate's authority key identifier. */
  readonly authorities: readonly Authority[];
  /** Organizations that took it from a device. */
  readonly revokedIn: readonly string[];
}

/** Why a certificate does not let a device in; for the log only. */
export type CertificateRefusal =
  | PathProblem
  | 'mismatched_cert'
  | 'mismatched_org'
  | 'missing_common_name'
  | 'unknown_ca'
  | 'unexpected_pubkey'
  | 'device_not_registered'
  | 'revoked'
  | 'identifier_taken';

export type CertificateDecision =
  | { readonly kind: 'known'; readonly holder: Holder; readonly credentialId: string }
  /** The device gets this certificate too. */
  | { readonly kind: 'stored'; readonly holder: Holder; readonly authority: Authority }
  /** The device is registered with the CA's organization, and gets this certificate. */
  | {
      readonly kind: 'provisioned';
      readonly identifier: string;
      readonly authority: Authority;
      readonly provisioning: Provisioning;
    }
  | { readonly kind: 'refused'; readonly reason: CertificateRefusal };

export function decideCertificate(
  certificate: Certificate,
  knowledge: Knowledge,
  now: Date,
): CertificateDecision {
  const { known, keyHolders } = knowledge;
  // Whatever its dates and issuer: it was checked when it was stored, or a person vouched for it.
  if (known !== undefined) return { kind: 'known', holder: known, credentialId: known.credentialId };
  return keyHolders.length > 0
    ? decideRenewed(certificate, knowledge, now)
    : decideNewKey(certificate, knowledge, now);
}

function decideRenewed(certificate: Certificate, knowledge: Knowledge, now: Date): CertificateDecision {
  const holder = knowledge.keyHolders.find((each) => each.identifier === certificate.commonName);
  if (holder === undefined) return refused('mismatched_cert');
  const authority = authorityOf(certificate, knowledge);
  if (authority === undefined) return refused('unknown_ca');
  if (authority.organizationId !== holder.organizationId) return refused('mismatched_org');
  const problem = clientProblem(certificate, authority, knowledge, now);
  return problem === undefined ? { kind: 'stored', holder, authority } : refused(problem);
}

function decideNewKey(certificate: Certificate, knowledge: Knowledge, now: Date): CertificateDecision {
  const { commonName: identifier } = certificate;
  if (identifier === undefined) return refused('missing_common_name');
  const authority = authorityOf(certificate, knowledge);
  if (authority === undefined) return refused('unknown_ca');
  const problem = clientProblem(certificate, authority, knowledge, now);
  if (problem !== undefined) return refused(problem);
  const { named } = knowledge;
  const { organizationId, provisioning } = authority;
  if (named?.organizationId === organizationId) {
    // One that has a certificate renews it with the same key, or a person gives it another one.
    return named.certificates === 0
      ? { kind: 'stored', holder: named, authority }
      : refused('unexpected_pubkey');
  }
  if (provisioning === undefined) return refused('device_not_registered');
  if (named !== undefined) return refused('identifier_taken');
  return { kind: 'provisioned', identifier, authority, provisioning };
}

/** Anyone can make a CA with another one's key identifier: the one that signed is meant, if any did. */
function authorityOf(certificate: Certificate, { authorities }: Knowledge): Authority | undefined {
  return authorities.find((each) => isSignedBy(certificate, each.certificate)) ?? authorities[0];
}

function clientProblem(
  certificate: Certificate,
  authority: Authority,
  { revokedIn }: Knowledge,
  now: Date,
): CertificateRefusal | undefined {
  const problem = pathProblem(certificate, authority, now);
  if (problem !== undefined) return problem;
  if (!certificate.provesClients) return 'wrong_usage';
  return revokedIn.includes(authority.organizationId) ? 'revoked' : undefined;
}

function refused(reason: CertificateRefusal): CertificateDecision {
  return { kind: 'refused', reason };
}
