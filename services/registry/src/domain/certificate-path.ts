// Decides whether a CA vouches for a certificate, and who owns a CA (nerveshub.md 6.1).
import type { Certificate } from './certificate.js';

/** Why a CA does not vouch for a certificate. */
export type PathProblem =
  | 'invalid_issuer'
  | 'invalid_signature'
  | 'weak_signature'
  | 'unknown_critical_extension'
  | 'wrong_usage'
  | 'cert_not_yet_valid'
  | 'cert_expired'
  | 'ca_not_yet_valid'
  | 'ca_expired';

// With MD2, MD5 or SHA-1 (RFC 3279 2.2): whoever has one certificate signed so can make another one.
const WEAK: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
]);

/** Whether the CA's key signed it; nothing else is looked at. */
export function isSignedBy(certificate: Certificate, authority: Certificate): boolean {
  // Keys of a kind that OpenSSL cannot verify with make it throw: they vouch for nothing.
  try {
    return certificate.x509.verify(authority.x509.publicKey);
  } catch {
    return false;
  }
}

/**
 * What is wrong with a certificate that the CA is said to have issued; undefined when it vouches. The CA is the end of
 * the path: whatever issued it in turn does not count. Its own validity does only with `checkExpiration`.
 */
export function pathProblem(
  certificate: Certificate,
  authority: { readonly certificate: Certificate; readonly checkExpiration: boolean },
  now: Date,
): PathProblem | undefined {
  const { certificate: ca, checkExpiration } = authority;
  // Names, key identifiers, and whether the CA's key usage lets it sign certificates.
  if (!certificate.x509.checkIssued(ca.x509)) return 'invalid_issuer';
  if (!isSignedBy(certificate, ca)) return 'invalid_signature';
  if (WEAK.has(certificate.signatureAlgorithm)) return 'weak_signature';
  if (certificate.demandsMore) return 'unknown_critical_extension';
  if (now < certificate.notBefore) return 'cert_not_yet_valid';
  if (now > certificate.notAfter) return 'cert_expired';
  if (checkExpiration && now < ca.notBefore) return 'ca_not_yet_valid';
  if (checkExpiration && now > ca.notAfter) return 'ca_expired';
  return undefined;
}

/** What is wrong with a certificate as a CA that is to vouch for devices; undefined when it can. */
export function authorityProblem(certificate: Certificate): string | undefined {
  if (!certificate.isAuthority) return 'must be of a CA: its basic constraints say otherwise';
  if (certificate.subjectKeyId === undefined) return 'must have a subject key identifier';
  if (certificate.demandsMore) return 'must have no critical extension that constrains what it vouches for';
  return undefined;
}

/** What a verification certificate's alternative name begins with. */
export const VERIFICATION_URI = 'urn:nerveshub:verify:';

/**
 * What is wrong with a certificate that shall prove that whoever was given the token has the CA's key; undefined when it
 * proves that.
 */
export function verificationProblem(
  verification: Certificate,
  authority: Certificate,
  isToken: (token: string) => boolean,
  now: Date,
): string | undefined {
  const problem = pathProblem(verification, { certificate: authority, checkExpiration: false }, now);
  if (problem !== undefined) return `must be signed by the CA and be valid now: ${problem}`;
  const tokens = verification.uris.filter((uri) => uri.startsWith(VERIFICATION_URI));
  const ours = tokens.some((uri) => isToken(uri.slice(VERIFICATION_URI.length)));
  return ours ? undefined : `must have the URI ${VERIFICATION_URI}TOKEN with a token that is still good`;
}
