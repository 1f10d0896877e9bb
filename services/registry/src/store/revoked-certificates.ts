// Certificates that were taken from devices: what a person has ended, no CA begins again.
import type { Db } from './orm.js';

/** Before the device, or this one credential of it, is deleted; credentials of other types have none. */
export async function revokeCertificates(
  db: Db,
  of: { readonly organizationId: string; readonly deviceId: string; readonly credentialId?: string },
): Promise<void> {
  const { organizationId, deviceId, credentialId } = of;
  const credential = { deviceId, ...(credentialId === undefined ? {} : { id: credentialId }) };
  const select = { fingerprint: true, commonName: true, notAfter: true };
  const found = await db.deviceCertificate.findMany({ where: { credential }, select });
  const data = found.map((each) => ({ organizationId, ...each }));
  await db.revokedCertificate.createMany({ data, skipDuplicates: true });
}

/** Those of a name, for a device that a person registers anew, or the one that a person gives it again. */
export async function allowCertificates(
  db: Db,
  which: { readonly organizationId: string } & (
    | { readonly commonName: string }
    | { readonly fingerprint: string }
  ),
): Promise<void> {
  await db.revokedCertificate.deleteMany({ where: which });
}
