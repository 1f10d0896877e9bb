// Shared secrets of devices and products at rest: sealed, because the HMACs that devices make have to be made here too.
import { randomBytes } from 'node:crypto';
import { seal, unseal, uuidv7 } from '@mooring/runtime';
import type { Credential, Device } from '../domain/device.js';
import { record } from './audit.js';
import { type NewCredential, requireRoom } from './credentials.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';
import { credentialOf } from './row.js';
import { type Pool, rows, type Statement } from './sql.js';

/** What the name of a shared secret begins with, by whose it is (nerveshub.md 6.2). */
export const SharedKind = { device: 'nhd_', product: 'nhp_' } as const;
export type SharedKind = (typeof SharedKind)[keyof typeof SharedKind];

/** A secret that stands, and whose it is. */
export type SharedSecret = { readonly id: string; readonly secret: string } & (
  | { readonly of: 'device'; readonly dialect: string; readonly identifier: string }
  | {
      readonly of: 'product';
      readonly product: { readonly id: string; readonly organizationId: string; readonly name: string };
      /** Whether the device that asked is one of the product already. */
      readonly isMember: boolean;
      readonly usedAt: Date | null;
    }
);

/** A new secret under its row's id: the name that devices give it, and what is kept of it. */
export interface NewSharedSecret {
  readonly key: string;
  readonly secret: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

/** Both in unpadded base64 of 32 random bytes. The secret is used as that text, never decoded. */
export function newSharedSecret(master: Buffer, id: string, kind: SharedKind): NewSharedSecret {
  const secret = random();
  return { key: kind + random(), secret, sealed: Uint8Array.from(seal(master, nameOf(id), secret)) };
}

/** Fault `invalid` when it was sealed for another row or with another master key. */
export function openSharedSecret(master: Buffer, id: string, sealed: Uint8Array): string {
  return unseal(master, nameOf(id), sealed);
}

// Once a minute tells as much as at every connection; whoever else notes it at the moment does so for all.
const USED_EVERY_MS = 60_000;

interface DeviceRow {
  readonly id: string;
  readonly sealed: Buffer;
  readonly dialect: string;
  readonly identifier: string;
}

interface ProductRow {
  readonly id: string;
  readonly sealed: Buffer;
  readonly last_used_at: Date | null;
  readonly product_id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly is_member: boolean | null;
}

const ofDevice: Statement = {
  name: 'shared-secret-of-device',
  text: `SELECT c.id, c.sealed, d.dialect, d.identifier FROM credential c JOIN device d ON d.id = c.device_id
    WHERE c.key = $1 AND (c.expires_at IS NULL OR c.expires_at > now())`,
};

const ofProduct: Statement = {
  name: 'shared-secret-of-product',
  text: `SELECT k.id, k.sealed, k.last_used_at, p.id AS product_id, p.organization_id, p.name, (
      SELECT d.product_id = p.id AND d.organization_id = p.organization_id
      FROM device d WHERE d.dialect = 'nerveshub' AND d.identifier = $2
    ) AS is_member
    FROM product_key k JOIN product p ON p.id = k.product_id
    WHERE k.key = $1 AND (k.expires_at IS NULL OR k.expires_at > now())`,
};

const noteUse: Statement = {
  name: 'product-key-used',
  text: `UPDATE product_key SET last_used_at = now()
    WHERE id = (SELECT id FROM product_key WHERE id = $1::uuid FOR UPDATE SKIP LOCKED)`,
};

/** `hot` answers for the one question that every connection asks. */
export function sharedSecrets(orm: Orm, hot: Pool, master: Buffer) {
  return {
    /**
     * The secret that a device of that name calls `key`; undefined when it is unknown, withdrawn or expired. The name
     * must be one that Postgres can hold.
     */
    async find(key: string, identifier: string): Promise<SharedSecret | undefined> {
      if (key.startsWith(SharedKind.device)) {
        const [row] = await rows<DeviceRow>(hot, ofDevice, [key]);
        if (row === undefined) return undefined;
        const { id, dialect } = row;
        const secret = openSharedSecret(master, id, row.sealed);
        return { of: 'device', id, secret, dialect, identifier: row.identifier };
      }
      const [row] = await rows<ProductRow>(hot, ofProduct, [key, identifier]);
      if (row === undefined) return undefined;
      const { id, name, product_id: productId, organization_id: organizationId } = row;
      const secret = openSharedSecret(master, id, row.sealed);
      const product = { id: productId, organizationId, name };
      const { is_member: isMember, last_used_at: usedAt } = row;
      return { of: 'product', id, secret, product, isMember: isMember === true, usedAt };
    },

    /** Notes that a product's key was used, unless that was noted a moment ago. */
    async used(found: Extract<SharedSecret, { of: 'product' }>, nowMs: number): Promise<void> {
      if (found.usedAt !== null && found.usedAt.getTime() > nowMs - USED_EVERY_MS) return;
      await rows(hot, noteUse, [found.id]);
    },

    /** A repetition gives the first one's credential and secret. Fault `exhausted` for a device that has too many. */
    add: (
      device: Device,
      made: NewCredential,
      once: Once,
    ): Promise<{ readonly credential: Credential; readonly secret: string }> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const row = await db.credential.findUniqueOrThrow({ where: { id: earlier } });
          return {
            credential: credentialOf(row),
            secret: openSharedSecret(master, row.id, row.sealed ?? new Uint8Array()),
          };
        }
        await requireRoom(db, device.id);
        const { key, secret, sealed } = newSharedSecret(master, id, SharedKind.device);
        const { type, name, expiresAt = null } = made;
        const prefix = key.slice(0, SharedKind.device.length + 6);
        const row = await db.credential.create({
          data: { id, deviceId: device.id, type, name, prefix, key, sealed, expiresAt },
        });
        const about = { organizationId: device.organizationId, actor: once.actor, resource: device.id };
        const details = { credential_id: id, type };
        await record(db, { ...about, action: 'credential.created', details });
        return { credential: credentialOf(row), secret };
      }),
  };
}

function random(): string {
  return randomBytes(32).toString('base64').replace('=', '');
}

function nameOf(id: string): string {
  return `shared secret ${id}`;
}
