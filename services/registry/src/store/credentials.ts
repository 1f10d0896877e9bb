// Credentials of devices: only their hashes are kept.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Credential, Device } from '../domain/device.js';
import type { Page } from '../domain/page.js';
import { hashSecret, prefixOf, SecretKind } from '../domain/secret.js';
import type { Session } from '../domain/session.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import { revokeCertificates } from './revoked-certificates.js';
import { credentialOf } from './row.js';
import { sessionOf } from './sessions.js';

export interface NewCredential {
  readonly type: string;
  readonly name: string;
  readonly expiresAt: Date | undefined;
}

/** Bounds what one admission may have to look through. */
export const MAX_PER_DEVICE = 20;

/** Fault `exhausted` when the device has as many credentials as it may. */
export async function requireRoom(db: Db, deviceId: string): Promise<void> {
  if ((await db.credential.count({ where: { deviceId } })) >= MAX_PER_DEVICE)
    throw new Fault('exhausted', `a device has at most ${MAX_PER_DEVICE} credentials`);
}

export function credentials(orm: Orm) {
  return {
    /** `secretFor` makes the secret once the id is certain; a repetition gives the first one's id. Fault `exhausted` beyond 20. */
    create: (
      device: Device,
      made: NewCredential,
      secretFor: (id: string) => string,
      once: Once,
    ): Promise<{ readonly credential: Credential; readonly secret: string }> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const credential = credentialOf(await db.credential.findUniqueOrThrow({ where: { id: earlier } }));
          return { credential, secret: secretFor(earlier) };
        }
        await requireRoom(db, device.id);
        const secret = secretFor(id);
        const row = await db.credential.create({
          data: {
            ...made,
            id,
            deviceId: device.id,
            prefix: prefixOf(secret, SecretKind.credential),
            secretHash: Buffer.from(hashSecret(secret)),
            expiresAt: made.expiresAt ?? null,
          },
        });
        const about = { organizationId: device.organizationId, actor: once.actor, resource: device.id };
        const details = { credential_id: id, type: made.type };
        await record(db, { ...about, action: 'credential.created', details });
        return { credential: credentialOf(row), secret };
      }),

    list: (deviceId: string, page: Page): Promise<readonly Credential[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const found = await db.credential.findMany({
          where: { deviceId, ...after },
          include: { certificate: true },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(credentialOf);
      }),

    /** Fault `not_found` when the device has no such credential. */
    remove: (device: Device, id: string, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const { organizationId, id: deviceId } = device;
        await revokeCertificates(db, { organizationId, deviceId, credentialId: id });
        const { count } = await db.credential.deleteMany({ where: { id, deviceId } });
        if (count === 0) throw new Fault('not_found', 'no such credential');
        const about = { organizationId: device.organizationId, actor, resource: device.id };
        await record(db, { ...about, action: 'credential.deleted', details: { credential_id: id } });
      }),

    /** The present session of the device, if it was admitted with this credential. */
    sessionOf: (deviceId: string, credentialId: string): Promise<Session | undefined> =>
      orm.read(async (db) => {
        const row = await db.device.findFirst({ where: { id: deviceId, credentialId } });
        return row === null ? undefined : sessionOf(row);
      }),
  };
}
