// The certificates that vectors name, and what a registry knows of them that has the vectors' default contents.
import { fileOf } from './_vectors.js';
import { type Certificate, readPem } from './certificate.js';
import type { Authority, Knowledge } from './certificate-decision.js';

/** A moment within the validity of every certificate that is not called expired. */
export const NOW = new Date('2026-11-21T12:00:00Z');

export function pemOf(name: string): string {
  const { certificates } = fileOf('nerveshub') as { certificates: Readonly<Record<string, string>> };
  const pem = certificates[name];
  if (pem === undefined) throw new Error(`no certificate ${name}`);
  return pem;
}

export function certificateOf(name: string): Certificate {
  const read = readPem(pemOf(name));
  if ('problem' in read) throw new Error(`${name} ${read.problem}`);
  return read.certificate;
}

export function authorityOf(name: string, fields: Partial<Authority> = {}): Authority {
  const organizationId = name === 'ca-org-a' ? 'orga' : 'orgb';
  const certificate = certificateOf(name);
  return {
    id: name,
    organizationId,
    certificate,
    checkExpiration: false,
    provisioning: undefined,
    ...fields,
  };
}

/** What is registered: CAs, and one device with certificates, any of which may be none. */
export interface Contents {
  readonly authorities: readonly Authority[];
  readonly device:
    | { readonly organizationId: string; readonly certificates: readonly Certificate[] }
    | undefined;
}

export function defaultContents(): Contents {
  const certificates = [certificateOf('device-1234')];
  return { authorities: [authorityOf('ca-org-a')], device: { organizationId: 'orga', certificates } };
}

/** What a registry with these contents knows of a certificate. */
export function knowledgeOf(presented: Certificate, { authorities, device }: Contents): Knowledge {
  const named = device && {
    deviceId: 'device',
    identifier: 'device-1234',
    organizationId: device.organizationId,
    certificates: device.certificates.length,
  };
  const has = (test: (stored: Certificate) => boolean) => device?.certificates.some(test) ?? false;
  const known = named && has((stored) => stored.fingerprint === presented.fingerprint);
  const sameKey = has((stored) => stored.publicKeyFingerprint === presented.publicKeyFingerprint);
  return {
    known: known ? { ...named, credentialId: 'credential' } : undefined,
    keyHolders: named && sameKey ? [named] : [],
    named: named?.identifier === presented.commonName ? named : undefined,
    revokedIn: [],
    authorities: authorities.filter((each) => each.certificate.subjectKeyId === presented.authorityKeyId),
  };
}
