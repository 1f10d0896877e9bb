// Reads X.509 certificates (RFC 5280): what the registry tells one from another by, and what they may be used for.
import { createHash, X509Certificate } from 'node:crypto';
import { Fault } from '@mooring/runtime';
import { AsnConvert, type IAsnConvertible } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  type Extension,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  type Name,
  Certificate as Structure,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { hasControl } from './fields.js';

/** One certificate, taken apart (nerveshub.md 6.1). Hexadecimal digits are upper case. */
export interface Certificate {
  readonly der: Buffer;
  /** SHA-1 of the DER. */
  readonly fingerprint: string;
  /** SHA-1 of the DER of the SubjectPublicKeyInfo. */
  readonly publicKeyFingerprint: string;
  /** Decimal. */
  readonly serial: string;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined when the subject has none, or several. */
  readonly commonName: string | undefined;
  /** URIs among the subject's alternative names. */
  readonly uris: readonly string[];
  /** Whether basic constraints call it a CA. */
  readonly isAuthority: boolean;
  /** Whether extended key usage, where there is one, lets it prove a TLS client. */
  readonly provesClients: boolean;
  /** Object identifier of how it was signed. */
  readonly signatureAlgorithm: string;
  /** Whether it demands (RFC 5280 4.2) that something be understood which is not applied here. */
  readonly demandsMore: boolean;
  /** For checks of signatures and issuers. */
  readonly x509: X509Certificate;
}

/** Either the certificate, or why there is none. */
export type ReadCertificate = { readonly certificate: Certificate } | { readonly problem: string };

/** The longest DER that is read; RSA certificates with 8 192 bits and many extensions have a third of it. */
export const MAX_DER = 16_384;
const MAX_PEM = 2 * MAX_DER;
const MAX_TEXT = 255;

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const ANY_USAGE = '2.5.29.37.0';
const APPLIED: ReadonlySet<string> = new Set([
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  // Applied by `X509Certificate.checkIssued`.
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
]);

/** Reads the one certificate of a PEM text; other text around it is passed over. */
export function readPem(text: string): ReadCertificate {
  if (text.length > MAX_PEM) return { problem: `must have at most ${MAX_PEM} characters` };
  const [found, another] = text.match(PEM) ?? [];
  if (found === undefined) return { problem: 'must be a certificate in PEM' };
  if (another !== undefined) return { problem: 'must be one certificate only' };
  return readDer(Buffer.from(found.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'));
}

/** The fault for a request without the certificate that it is about. */
export function noCertificate(): Fault {
  return new Fault('invalid', 'there is no certificate');
}

/** Total: whatever the bytes are, it answers. */
export function readDer(bytes: Uint8Array): ReadCertificate {
  if (bytes.length > MAX_DER) return { problem: `must have at most ${MAX_DER} bytes` };
  // Where a peer's bytes are none, two libraries throw errors of many kinds, which all mean the same.
  try {
    return read(new X509Certificate(bytes));
  } catch (error) {
    return { problem: `is not a certificate: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function read(x509: X509Certificate): ReadCertificate {
  const der = x509.raw;
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(der, Structure);
  const all = [...(tbsCertificate.extensions ?? [])];
  const extensions = new Map(all.map((each) => [each.extnID, each]));
  if (extensions.size !== all.length) return { problem: 'has an extension twice' };
  const usages = value(extensions, id_ce_extKeyUsage, ExtendedKeyUsage);
  const subjectKeyId = value(extensions, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier);
  const authorityKeyId = value(extensions, id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier);
  const names = value(extensions, id_ce_subjectAltName, SubjectAlternativeName) ?? [];
  const constraints = value(extensions, id_ce_basicConstraints, BasicConstraints);
  const certificate: Certificate = {
    der,
    fingerprint: sha1(der),
    publicKeyFingerprint: sha1(x509.publicKey.export({ type: 'spki', format: 'der' })),
    serial: BigInt(`0x${hex(tbsCertificate.serialNumber)}`).toString(),
    subjectKeyId: subjectKeyId && hex(subjectKeyId.buffer),
    authorityKeyId: authorityKeyId?.keyIdentifier && hex(authorityKeyId.keyIdentifier.buffer),
    notBefore: tbsCertificate.validity.notBefore.getTime(),
    notAfter: tbsCertificate.validity.notAfter.getTime(),
    commonName: commonNameOf(tbsCertificate.subject),
    uris: [...names].flatMap((each) => each.uniformResourceIdentifier ?? []),
    isAuthority: constraints?.cA ?? false,
    provesClients: usages === undefined || usages.some((each) => CLIENTS.has(each)),
    signatureAlgorithm: signatureAlgorithm.algorithm,
    demandsMore: all.some((each) => each.critical && !APPLIED.has(each.extnID)),
    x509,
  };
  return { certificate };
}

const CLIENTS: ReadonlySet<string> = new Set([id_kp_clientAuth, ANY_USAGE]);

function value<T extends IAsnConvertible | object>(
  extensions: ReadonlyMap<string, Extension>,
  id: string,
  type: new () => T,
): T | undefined {
  const extension = extensions.get(id);
  return extension && AsnConvert.parse(extension.extnValue.buffer, type);
}

const COMMON_NAME = '2.5.4.3';

/** A device's name is looked up by it, so what cannot be one name of a bounded length is none. */
function commonNameOf(subject: Name): string | undefined {
  const [first, another] = [...subject].flatMap((part) =>
    [...part].filter((attribute) => attribute.type === COMMON_NAME),
  );
  if (first === undefined || another !== undefined) return undefined;
  const { utf8String, printableString, ia5String, bmpString, universalString, teletexString } = first.value;
  const name =
    utf8String ?? printableString ?? ia5String ?? bmpString ?? universalString ?? teletexString ?? '';
  return name !== '' && name.length <= MAX_TEXT && !hasControl(name) ? name : undefined;
}

function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex').toUpperCase();
}

function hex(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
