// Certificate authorities for tests, and what they issue: real X.509 with keys of P-256.
import 'reflect-metadata';
import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** A certificate with its key, both in PEM. */
export interface TestCertificate {
  readonly pem: string;
  readonly der: Buffer;
  readonly keyPem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** What a certificate says; without `commonName` its subject is an organization alone. */
export interface TestSubject {
  readonly commonName?: string;
  readonly uris?: readonly string[];
  /** For TLS servers: names that clients look for. */
  readonly hosts?: readonly string[];
  /** To be used again, as devices do that renew their certificate. */
  readonly keys?: webcrypto.CryptoKeyPair;
  /** A day ago and in a year unless said. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface TestAuthority extends TestCertificate {
  issue(subject: TestSubject): Promise<TestCertificate>;
}

/** A self-signed CA. With `keyId` it claims that subject key identifier, in hex. */
export async function testAuthority(
  name: string,
  options: { readonly keyId?: string } & Pick<TestSubject, 'notBefore' | 'notAfter'> = {},
): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const keyId = options.keyId ?? (await keyIdOf(keys));
  const subject = `CN=${name}`;
  const own = await X509CertificateGenerator.createSelfSigned({
    ...common(options),
    ...{ name: subject, keys, signingAlgorithm: ALGORITHM },
    extensions: [new BasicConstraintsExtension(true, 0, true), new SubjectKeyIdentifierExtension(keyId)],
  });
  const issue = async (asked: TestSubject): Promise<TestCertificate> => {
    const theirs = asked.keys ?? (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']));
    const issued = await X509CertificateGenerator.create({
      ...common(asked),
      subject: asked.commonName === undefined ? 'O=Nobody' : `CN=${asked.commonName}`,
      issuer: own.subject,
      publicKey: theirs.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: extensionsOf(asked, keyId, await keyIdOf(theirs)),
    });
    return written(issued, theirs);
  };
  return { ...(await written(own, keys)), issue };
}

function common({ notBefore, notAfter }: Pick<TestSubject, 'notBefore' | 'notAfter'>) {
  const now = Date.now();
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: notBefore ?? new Date(now - DAY_MS),
    notAfter: notAfter ?? new Date(now + YEAR_MS),
  };
}

function extensionsOf(asked: TestSubject, authorityKeyId: string, keyId: string): Extension[] {
  const { uris = [], hosts = [] } = asked;
  const names = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  ];
  const usage = hosts.length > 0 ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  return [
    new BasicConstraintsExtension(false),
    new ExtendedKeyUsageExtension([usage]),
    new SubjectKeyIdentifierExtension(keyId),
    new AuthorityKeyIdentifierExtension(authorityKeyId),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

async function written(
  certificate: X509Certificate,
  keys: webcrypto.CryptoKeyPair,
): Promise<TestCertificate> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    pem: `${certificate.toString('pem')}\n`,
    der: Buffer.from(certificate.rawData),
    keyPem: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
    keys,
  };
}

async function keyIdOf({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', publicKey));
  return createHash('sha1').update(spki).digest('hex');
}
