// Devices, credentials and connections, and what people may write into them.
import type { Certificate } from './certificate.js';
import type { Problems } from './fields.js';
import { type Dialect, identify, isDialect } from './identifier.js';
import type { JsonObject } from './json.js';

export interface Presence {
  readonly online: boolean;
  /** When it came or went. */
  readonly since: Date | undefined;
  readonly lastSeen: Date | undefined;
  readonly edge: string;
  readonly epoch: bigint;
  readonly remoteAddress: string;
  readonly reason: string;
}

export interface State {
  readonly desired: JsonObject;
  readonly reported: JsonObject;
  readonly versions: { readonly desired: number; readonly reported: number };
}

export interface Device {
  readonly id: string;
  readonly number: bigint;
  readonly organizationId: string;
  readonly timeZone: string;
  readonly dialect: string;
  readonly identifier: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly kind: string;
  readonly parentId: string | undefined;
  readonly profile: JsonObject;
  readonly firmware: JsonObject;
  readonly state: State;
  readonly presence: Presence;
  readonly createdAt: Date;
}

/** What is told of a certificate (nerveshub.md 6.1). */
export type CertificateFacts = Pick<
  Certificate,
  'fingerprint' | 'publicKeyFingerprint' | 'serial' | 'notBefore' | 'notAfter' | 'commonName'
>;

export interface Credential {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  /** Of a shared secret: what the device names it by. */
  readonly key: string | undefined;
  /** Of that type alone. */
  readonly certificate: CertificateFacts | undefined;
}

export interface Connection {
  readonly epoch: bigint;
  readonly edge: string;
  readonly remoteAddress: string;
  readonly connectedAt: Date;
  readonly disconnectedAt: Date | undefined;
  readonly reason: string;
}

const TAG = /^[\w.:-]{1,64}$/;
const KIND = /^[\w.:-]{0,64}$/;

/** At most 50 different tags of 1 to 64 characters each. */
export function checkTags(problems: Problems, tags: readonly string[]): readonly string[] {
  const unique = [...new Set(tags)];
  if (unique.length > 50) problems.add('tags', 'must be at most 50');
  if (!unique.every((tag) => TAG.test(tag)))
    problems.add('tags', 'must each be 1 to 64 of A-Z a-z 0-9 _ . : -');
  return unique;
}

export function checkKind(problems: Problems, kind: string): string {
  if (!KIND.test(kind)) problems.add('kind', 'must be at most 64 of A-Z a-z 0-9 _ . : -');
  return kind;
}

/** Dialect and identifier together, since each dialect bounds its own identifiers. */
export function checkIdentity(
  problems: Problems,
  dialect: string,
  value: string,
): { readonly dialect: Dialect; readonly identifier: string } {
  if (!isDialect(dialect)) {
    problems.add('dialect', 'must be berg, kinetid, camera or nerveshub');
    return { dialect: 'berg', identifier: value };
  }
  const identified = identify(dialect, value);
  if ('identifier' in identified) return { dialect, identifier: identified.identifier };
  problems.add('identifier', identified.problem);
  return { dialect, identifier: value };
}

/**
 * Tokens are what most wires can carry, and BERG's not even those; Nerves devices alone sign with shared secrets, and
 * present certificates, through a proxy that ends their TLS.
 */
export function checkCredentialType(problems: Problems, type: string, dialect: string): void {
  if (type === 'certificate' || type === 'shared_secret') {
    if (dialect !== 'nerveshub') problems.add('type', `cannot be ${type}: only Nerves devices present one`);
  } else if (type !== 'token') problems.add('type', 'must be token, shared_secret or certificate');
  else if (dialect === 'berg') problems.add('type', 'cannot be token: BERG devices cannot present one');
}
