// CAs that vouch for an organization's devices: what people may write of one, and the token that proves who owns it.
import { isFault, seal, unseal } from '@mooring/runtime';
import { type Certificate, type ReadCertificate, readPem } from './certificate.js';
import type { Authority, Provisioning } from './certificate-decision.js';
import { checkTags } from './device.js';
import type { Problems } from './fields.js';
import { keyPattern } from './page.js';

/** One that is registered. */
export interface CaCertificate extends Authority {
  readonly description: string;
  readonly createdAt: Date;
  /** When it last vouched for a certificate that was not known before. */
  readonly lastUsedAt: Date | undefined;
}

/** One to be registered. */
export interface NewCaCertificate {
  readonly organizationId: string;
  readonly certificate: Certificate;
  readonly description: string;
  readonly checkExpiration: boolean;
  readonly provisioning: Provisioning | undefined;
}

export interface CaCertificateChange {
  readonly description?: string;
  readonly checkExpiration?: boolean;
  /** Null: devices are registered on sight no longer. */
  readonly provisioning?: Provisioning | null;
}

/** How long a verification token is good for (nerveshub.md 6.1). */
export const VERIFICATION_MS = 60 * 60_000;
const TOKEN_NAME = 'verification of a CA';
const MAX_TOKEN = 512;

/** A token that only the service can make, for one organization, good for an hour; base64url. */
export function verificationToken(secret: Buffer, organizationId: string, nowMs: number): string {
  const content = JSON.stringify([organizationId, nowMs + VERIFICATION_MS]);
  return seal(secret, TOKEN_NAME, content).toString('base64url');
}

/** Whether the token was made for that organization, and is still good. */
export function isVerificationToken(
  secret: Buffer,
  organizationId: string,
  token: string,
  nowMs: number,
): boolean {
  if (token.length > MAX_TOKEN) return false;
  try {
    const content = unseal(secret, TOKEN_NAME, Buffer.from(token, 'base64url'));
    const [ownerId, endsMs] = JSON.parse(content) as readonly [string, number];
    return ownerId === organizationId && nowMs < endsMs;
  } catch (error) {
    if (isFault(error, 'invalid')) return false;
    throw error;
  }
}

/** The certificate that a field holds; undefined, with its problem noted, when there is none. */
export function checkCertificate(problems: Problems, field: string, pem: string): Certificate | undefined {
  const read: ReadCertificate = readPem(pem);
  if ('certificate' in read) return read.certificate;
  problems.add(field, read.problem);
  return undefined;
}

/** At most 200 characters of description, which become the name of devices; tags as devices have them. */
export function checkProvisioning(problems: Problems, given: Provisioning): Provisioning {
  const productId = given.productId.toLowerCase();
  if (!keyPattern.uuid.test(productId))
    problems.add('provisioning.product_id', 'must be the id of a product');
  return {
    productId,
    tags: checkTags(problems, given.tags),
    description: problems.name('provisioning.description', given.description),
  };
}
