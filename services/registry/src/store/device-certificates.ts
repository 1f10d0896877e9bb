// Certificates of devices: what is known of one that is presented, and those that a person or a CA vouches for kept.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Certificate } from '../domain/certificate.js';
import type { CertificateDecision, Holder, Knowledge } from '../domain/certificate-decision.js';
import type { Credential, Device } from '../domain/device.js';
import { Dialect } from '../domain/identifier.js';
import { record } from './audit.js';
import { knowledgeOf } from './certificate-knowledge.js';
import { MAX_PER_DEVICE } from './credentials.js';
import { register } from './devices-on-sight.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import { allowCertificates } from './revoked-certificates.js';
import { credentialOf } from './row.js';
import { type Pool, rows, type Statement } from './sql.js';

/** Which device has it, and by which credential. */
export interface CertificateProof {
  readonly identifier: string;
  readonly credentialId: string;
}

/** What a decision came to: which device may come in by which credential, or why not. */
export type Settled =
  | CertificateProof
  | { readonly refused: Extract<CertificateDecision, { kind: 'refused' }>['reason'] };

interface ProofRow {
  readonly identifier: string;
  readonly credential_id: string;
  readonly der: Buffer;
}

const holderOfFingerprint: Statement = {
  name: 'holder-of-certificate',
  text: `SELECT d.identifier, x.credential_id, x.der
    FROM device_certificate x JOIN credential c ON c.id = x.credential_id JOIN device d ON d.id = c.device_id
    WHERE x.fingerprint = $1`,
};

// Any number, as long as no other pair of locks of this database has it.
const LOCKS = 7_266_703;

/** `hot` answers for the one question that every connection asks. */
export function deviceCertificates(orm: Orm, hot: Pool) {
  return {
    /** Who has this very certificate: the whole of it, since SHA-1 alone is no proof of that. */
    async holder({ fingerprint, der }: Certificate): Promise<CertificateProof | undefined> {
      const [row] = await rows<ProofRow>(hot, holderOfFingerprint, [fingerprint]);
      return row && der.equals(row.der)
        ? { identifier: row.identifier, credentialId: row.credential_id }
        : undefined;
    },

    /** What a decision takes; anything of it may have changed since, unless it is asked by `settle`. */
    knowledge: (certificate: Certificate): Promise<Knowledge> =>
      orm.read((db) => knowledgeOf(db, certificate)),

    /** Decides and does what was decided, while nobody else decides on a certificate of that common name. */
    settle: (
      certificate: Certificate,
      decide: (knowledge: Knowledge) => CertificateDecision,
    ): Promise<Settled> =>
      orm.transact(async (db) => {
        const name = certificate.commonName ?? '';
        await db.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS}::int, hashtext(${name}))`;
        return carryOut(db, certificate, decide(await knowledgeOf(db, certificate)));
      }),

    /** One that a person vouches for. Faults `conflict` when it is known already and `exhausted` beyond 20 credentials. */
    add: (device: Device, name: string, certificate: Certificate, once: Once): Promise<Credential> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const where = { id: earlier };
          const include = { certificate: true };
          return credentialOf(await db.credential.findUniqueOrThrow({ where, include }));
        }
        if ((await db.credential.count({ where: { deviceId: device.id } })) >= MAX_PER_DEVICE) {
          throw new Fault('exhausted', `a device has at most ${MAX_PER_DEVICE} credentials`);
        }
        const { fingerprint } = certificate;
        await allowCertificates(db, { organizationId: device.organizationId, fingerprint });
        if ((await db.deviceCertificate.count({ where: { fingerprint } })) > 0) {
          throw new Fault('conflict', 'this certificate is registered already');
        }
        const { id: deviceId, organizationId } = device;
        return keep(db, { id, deviceId, organizationId, name, certificate }, { actor: once.actor });
      }),
  };
}

async function carryOut(db: Db, certificate: Certificate, decision: CertificateDecision): Promise<Settled> {
  switch (decision.kind) {
    case 'known':
      return { identifier: decision.holder.identifier, credentialId: decision.credentialId };
    case 'refused':
      return { refused: decision.reason };
    case 'stored': {
      const { holder, authority } = decision;
      return keepVouched(db, certificate, holder, authority.id);
    }
    case 'provisioned': {
      const { identifier, authority, provisioning } = decision;
      const { id, organizationId } = authority;
      const product = await db.product.findUniqueOrThrow({ where: { id: provisioning.productId } });
      const deviceId = await register(db, {
        ...{ product, dialect: Dialect.nerveshub, identifier, kind: 'nerves', voucher: id },
        ...{ tags: provisioning.tags, name: provisioning.description },
      });
      // Since the decision somebody has registered a device of that name.
      if (deviceId === undefined) throw new Fault('unavailable', 'this device is being changed');
      return keepVouched(db, certificate, { deviceId, identifier, organizationId }, id);
    }
  }
}

async function keepVouched(
  db: Db,
  certificate: Certificate,
  { deviceId, identifier, organizationId }: Holder,
  authorityId: string,
): Promise<Settled> {
  await makeRoom(db, deviceId);
  const made = { id: uuidv7(), deviceId, organizationId, name: '', certificate };
  const { id } = await keep(db, made, { actor: 'system', authority_id: authorityId });
  await db.caCertificate.update({ where: { id: authorityId }, data: { lastUsedAt: new Date() } });
  return { identifier, credentialId: id };
}

interface Made {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly certificate: Certificate;
}

async function keep(
  db: Db,
  { id, deviceId, organizationId, name, certificate }: Made,
  { actor, ...voucher }: { readonly actor: string; readonly authority_id?: string },
): Promise<Credential> {
  const { fingerprint, publicKeyFingerprint, serial, commonName = '', notBefore, notAfter } = certificate;
  const facts = { fingerprint, publicKeyFingerprint, serial, commonName, notBefore, notAfter };
  const row = await db.credential.create({
    data: {
      ...{ id, deviceId, type: 'certificate', name, prefix: '' },
      certificate: { create: { ...facts, der: Uint8Array.from(certificate.der) } },
    },
    include: { certificate: true },
  });
  const details = { credential_id: id, type: 'certificate', fingerprint, ...voucher };
  await record(db, { organizationId, actor, resource: deviceId, action: 'credential.created', details });
  return credentialOf(row);
}

/** A device that renews its certificate for years would have no room in the end: the one unused for longest gives way. */
async function makeRoom(db: Db, deviceId: string): Promise<void> {
  if ((await db.credential.count({ where: { deviceId } })) < MAX_PER_DEVICE) return;
  await db.$executeRaw`
    DELETE FROM credential WHERE id = (
      SELECT id FROM credential WHERE device_id = ${deviceId}::uuid AND type = 'certificate'
      ORDER BY COALESCE(last_used_at, created_at), id LIMIT 1
    )`;
}
