// CAs that vouch for devices: registered, changed and withdrawn by people.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { CaCertificate, CaCertificateChange, NewCaCertificate } from '../domain/ca-certificate.js';
import { readDer } from '../domain/certificate.js';
import type { Provisioning } from '../domain/certificate-decision.js';
import type { Page } from '../domain/page.js';
import { record } from './audit.js';
import type { Db, Orm } from './orm.js';
import type { Row } from './row.js';

/** Bounds what looking for the CA of one certificate may cost. */
const MAX_PER_ORGANIZATION = 50;
// Any number, as long as no other pair of locks of this database has it.
const LOCKS = 7_266_702;

export function caCertificates(orm: Orm) {
  return {
    /**
     * Fault `conflict` when it is registered already, or another organization has its key: a key vouches for one
     * organization only. Faults `invalid` for a foreign product and `exhausted` beyond 50.
     */
    create: (made: NewCaCertificate, actor: string): Promise<CaCertificate> =>
      orm.transact(async (db) => {
        const { organizationId, certificate, description, checkExpiration } = made;
        await requireFree(db, organizationId, made);
        await requireProduct(db, organizationId, made.provisioning);
        if ((await db.caCertificate.count({ where: { organizationId } })) >= MAX_PER_ORGANIZATION) {
          throw new Fault('exhausted', `an organization has at most ${MAX_PER_ORGANIZATION} CA certificates`);
        }
        const { fingerprint, publicKeyFingerprint, serial, notBefore, notAfter } = certificate;
        const { subjectKeyId = '', commonName = '' } = certificate;
        const row = await db.caCertificate.create({
          data: {
            ...{
              id: uuidv7(),
              organizationId,
              description,
              checkExpiration,
              der: Uint8Array.from(certificate.der),
            },
            ...{ fingerprint, publicKeyFingerprint, serial, subjectKeyId, commonName, notBefore, notAfter },
            ...provisioningColumns(made.provisioning),
          },
        });
        const about = { organizationId, actor, resource: row.id };
        await record(db, { ...about, action: 'ca_certificate.created', details: { fingerprint, serial } });
        return caCertificateOf(row);
      }),

    list: (organizationIds: readonly string[], page: Page): Promise<readonly CaCertificate[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const found = await db.caCertificate.findMany({
          where: { organizationId: { in: [...organizationIds] }, ...after },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(caCertificateOf);
      }),

    get: (id: string): Promise<CaCertificate | undefined> =>
      orm.read(async (db) => {
        const row = await db.caCertificate.findUnique({ where: { id } });
        return row === null ? undefined : caCertificateOf(row);
      }),

    /** Faults `not_found` when it is gone and `invalid` for a foreign product. */
    update: (id: string, change: CaCertificateChange, actor: string): Promise<CaCertificate> =>
      orm.transact(async (db) => {
        const { provisioning, ...plain } = change;
        const columns = provisioning === undefined ? {} : provisioningColumns(provisioning ?? undefined);
        const { organizationId } = await db.caCertificate.findUniqueOrThrow({ where: { id } });
        await requireProduct(db, organizationId, provisioning ?? undefined);
        const row = await db.caCertificate.update({ where: { id }, data: { ...plain, ...columns } });
        const details = { ...plain, ...(provisioning === undefined ? {} : { product_id: row.productId }) };
        const about = { organizationId, actor, resource: id };
        await record(db, { ...about, action: 'ca_certificate.updated', details });
        return caCertificateOf(row);
      }),

    /** Certificates that it vouched for stay known. Fault `not_found` when it is gone. */
    remove: ({ id, organizationId }: CaCertificate, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const { count } = await db.caCertificate.deleteMany({ where: { id } });
        if (count === 0) throw new Fault('not_found', 'no such CA certificate');
        const about = { organizationId, actor, resource: id };
        await record(db, { ...about, action: 'ca_certificate.deleted' });
      }),
  };
}

export function caCertificateOf(row: Row<'CaCertificate'>): CaCertificate {
  const read = readDer(row.der);
  if ('problem' in read) throw new Fault('internal', `the CA certificate ${row.id} ${read.problem}`);
  const { id, organizationId, description, checkExpiration, productId, createdAt } = row;
  return {
    ...{ id, organizationId, description, checkExpiration, createdAt },
    certificate: read.certificate,
    provisioning:
      productId === null
        ? undefined
        : { productId, tags: row.deviceTags, description: row.deviceDescription },
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}

function provisioningColumns(provisioning: Provisioning | undefined) {
  return {
    productId: provisioning?.productId ?? null,
    deviceTags: [...(provisioning?.tags ?? [])],
    deviceDescription: provisioning?.description ?? '',
  };
}

/** Until the transaction ends nobody else registers a CA with this key. */
async function requireFree(
  db: Db,
  organizationId: string,
  { certificate: { fingerprint, publicKeyFingerprint } }: NewCaCertificate,
): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS}::int, hashtext(${publicKeyFingerprint}))`;
  const foreign = { publicKeyFingerprint, organizationId: { not: organizationId } };
  const taken = await db.caCertificate.count({ where: { OR: [{ fingerprint }, foreign] } });
  if (taken > 0) throw new Fault('conflict', 'this CA is registered already');
}

async function requireProduct(
  db: Db,
  organizationId: string,
  provisioning: Provisioning | undefined,
): Promise<void> {
  if (provisioning === undefined) return;
  if ((await db.product.count({ where: { id: provisioning.productId, organizationId } })) > 0) return;
  const message = 'is not a product of this organization';
  throw new Fault('invalid', `the product ${message}`, {
    details: [{ field: 'provisioning.product_id', message }],
  });
}
