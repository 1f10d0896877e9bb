// Certificates are read as in the vectors, from any bytes; the proof that somebody owns a CA.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateOf, NOW, pemOf } from './_certificates.js';
import { vectorsOf } from './_vectors.js';
import { MAX_DER, readDer, readPem } from './certificate.js';
import { authorityProblem, isSignedBy, VERIFICATION_URI, verificationProblem } from './certificate-path.js';

interface Facts {
  readonly subject: string;
  readonly serial_decimal: string;
  readonly fingerprint_sha1: string;
  readonly public_key_fingerprint_sha1: string;
  readonly validTo: string;
}

describe('a certificate', () => {
  it.each(vectorsOf<{ certificate: string }, Facts>('certificate', 'nerveshub'))(
    'is read as in the vector: $name',
    ({ input, expected }) => {
      const certificate = certificateOf(input.certificate);
      expect(certificate).toMatchObject({
        fingerprint: expected.fingerprint_sha1,
        publicKeyFingerprint: expected.public_key_fingerprint_sha1,
        serial: expected.serial_decimal,
        commonName: /CN=(.*)/.exec(expected.subject)?.[1],
        notAfter: new Date(expected.validTo),
        isAuthority: input.certificate.startsWith('ca-'),
      });
    },
  );

  it('names its key and its issuer’s, and what it is for', () => {
    const authority = certificateOf('ca-org-a');
    expect(authority).toMatchObject({ authorityKeyId: undefined, provesClients: true, demandsMore: false });
    expect(authority.subjectKeyId).toMatch(/^D0A31F18[0-9A-F]{32}$/);
    expect(certificateOf('device-1234').authorityKeyId).toBe(authority.subjectKeyId);
    expect(certificateOf('device-nocn').commonName).toBeUndefined();
  });

  it('is one, in PEM, of a bounded length', () => {
    const pem = pemOf('device-1234');
    expect(readPem(`Certificate:\n  Data…\n${pem}\n`)).toHaveProperty('certificate');
    expect(readPem(pem + pem)).toEqual({ problem: 'must be one certificate only' });
    expect(readPem('')).toEqual({ problem: 'must be a certificate in PEM' });
    expect(readPem(pem + ' '.repeat(2 * MAX_DER))).toHaveProperty('problem');
    expect(readPem(pem.replace(/\nMII/, '\nAAA'))).toHaveProperty('problem');
    expect(readDer(Buffer.alloc(MAX_DER + 1))).toHaveProperty('problem');
  });

  it('is read, or not, from any bytes whatever', () => {
    const { der } = certificateOf('device-1234');
    const changed = fc.tuple(fc.nat(der.length - 1), fc.nat(255), fc.integer({ min: 0, max: der.length }));
    fc.assert(
      fc.property(changed, ([at, byte, length]) => {
        const bytes = Buffer.from(der);
        bytes[at] = byte;
        readDer(bytes);
        readDer(bytes.subarray(0, length));
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => 'problem' in readDer(bytes)));
  });
});

interface Proof {
  readonly certificate: string;
  readonly ca: string;
  readonly token: string;
}
interface Proven {
  readonly subject_common_name: string;
  readonly san_uri: string;
  readonly signed_by_ca: boolean;
}

describe('the proof that somebody owns a CA', () => {
  const [vector] = vectorsOf<Proof, Proven>('ca_verification', 'nerveshub');
  if (vector === undefined) throw new Error('no vector');
  const { input, expected } = vector;
  const [proof, authority] = [certificateOf(input.certificate), certificateOf(input.ca)];
  const isToken = (token: string) => token === input.token;

  it('is a certificate as in the vector', () => {
    expect(proof.commonName).toBe(expected.subject_common_name);
    expect(proof.uris).toEqual([expected.san_uri]);
    expect(expected.san_uri).toBe(VERIFICATION_URI + input.token);
    expect(isSignedBy(proof, authority)).toBe(expected.signed_by_ca);
    expect(verificationProblem(proof, authority, isToken, NOW)).toBeUndefined();
  });

  it('is none with another token, of another CA, at another time, or without a token', () => {
    expect(verificationProblem(proof, authority, () => false, NOW)).toMatch(/must have the URI/);
    expect(verificationProblem(proof, certificateOf('ca-org-b'), isToken, NOW)).toMatch(/invalid_issuer/);
    const later = new Date('2026-11-23T00:00:00Z');
    expect(verificationProblem(proof, authority, isToken, later)).toMatch(/cert_expired/);
    expect(verificationProblem(certificateOf('device-1234'), authority, () => true, NOW)).toMatch(/URI/);
  });

  it('is asked for CAs only', () => {
    expect(authorityProblem(authority)).toBeUndefined();
    expect(authorityProblem(certificateOf('device-1234'))).toMatch(/must be of a CA/);
  });
});
