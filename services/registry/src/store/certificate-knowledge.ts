// What the tables know of a certificate that is presented.
import type { Certificate } from '../domain/certificate.js';
import type { Holder, Knowledge } from '../domain/certificate-decision.js';
import { Dialect } from '../domain/identifier.js';
import { caCertificateOf } from './ca-certificates.js';
import type { Db } from './orm.js';
import type { Row } from './row.js';

/** The oldest ones first: whoever registers more CAs with the same key identifier displaces none. */
const MAX_AUTHORITIES = 32;
const MAX_HOLDERS = 100;

/** Read in a transaction, it is what is known at that moment. */
export async function knowledgeOf(db: Db, certificate: Certificate): Promise<Knowledge> {
  const { publicKeyFingerprint, commonName, authorityKeyId } = certificate;
  const known = await holderOf(db, certificate);
  const sameKey = await db.deviceCertificate.findMany({
    where: { publicKeyFingerprint },
    include: withDevice,
    take: MAX_HOLDERS,
  });
  const revoked = await db.revokedCertificate.findMany({ where: { fingerprint: certificate.fingerprint } });
  const authorities = await db.caCertificate.findMany({
    where: { subjectKeyId: authorityKeyId ?? '' },
    orderBy: { id: 'asc' },
    take: MAX_AUTHORITIES,
  });
  return {
    known,
    keyHolders: sameKey.map(({ credential }) => holder(credential.device)),
    named: commonName === undefined ? undefined : await namedBy(db, commonName),
    authorities: authorities.map(caCertificateOf),
    revokedIn: revoked.map(({ organizationId }) => organizationId),
  };
}

const withDevice = { credential: { include: { device: true } } } as const;

/** The whole certificate must be the same: SHA-1 alone is no proof of that. */
async function holderOf(db: Db, { fingerprint, der }: Certificate): Promise<Knowledge['known']> {
  const row = await db.deviceCertificate.findUnique({ where: { fingerprint }, include: withDevice });
  if (row === null || !der.equals(row.der)) return undefined;
  return { ...holder(row.credential.device), credentialId: row.credentialId };
}

async function namedBy(db: Db, identifier: string): Promise<Knowledge['named']> {
  const where = { dialect_identifier: { dialect: Dialect.nerveshub, identifier } };
  const certificates = { select: { credentials: { where: { type: 'certificate' } } } };
  const row = await db.device.findUnique({ where, include: { _count: certificates } });
  return row === null ? undefined : { ...holder(row), certificates: row._count.credentials };
}

function holder({ id: deviceId, identifier, organizationId }: Row<'Device'>): Holder {
  return { deviceId, identifier, organizationId };
}
