// Shared secrets of devices and products at rest: sealed, because the HMACs that devices make have to be made here too.
import { randomBytes } from 'node:crypto';
import { seal, unseal, uuidv7 } from '@mooring/runtime';
import type { Credential, Device } from '../domain/device.js';
import { record } from './audit.js';
import { type NewCredential, requireRoom } from './credentials.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';
import { credentialOf } from './row.js';

/** What the name of a shared secret begins with, by whose it is (nerveshub.md 6.2). */
export const SharedKind = { device: 'nhd_', product: 'nhp_' } as const;
export type SharedKind = (typeof SharedKind)[keyof typeof SharedKind];

/** A secret that stands, and whose it is. */
export type SharedSecret = { readonly id: string; readonly secret: string } & (
  | { readonly of: 'device'; readonly dialect: string; readonly identifier: string }
  | {
      readonly of: 'product';
      readonly product: { readonly id: string; readonly organizationId: string; readonly name: string };
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

// Once a minute tells as much as at every connection, and a fleet that shares a key does not wait for its row.
const USED_EVERY_MS = 60_000;

export function sharedSecrets(orm: Orm, master: Buffer) {
  return {
    /** The secret that devices name by `key`; undefined when it is unknown, withdrawn or expired. */
    find: (key: string): Promise<SharedSecret | undefined> =>
      orm.read(async (db) => {
        if (key.startsWith(SharedKind.device)) {
          const row = await db.credential.findUnique({ where: { key }, include: { device: true } });
          if (row?.sealed == null || !stands(row)) return undefined;
          const { dialect, identifier } = row.device;
          const secret = openSharedSecret(master, row.id, row.sealed);
          return { of: 'device', id: row.id, secret, dialect, identifier };
        }
        const row = await db.productKey.findUnique({ where: { key }, include: { product: true } });
        if (row === null || !stands(row)) return undefined;
        return {
          of: 'product',
          id: row.id,
          secret: openSharedSecret(master, row.id, row.sealed),
          product: row.product,
        };
      }),

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

    /** Notes that a product's key was used. */
    used: (id: string, atMs: number): Promise<void> =>
      orm.read(async (db) => {
        const before = new Date(atMs - USED_EVERY_MS);
        await db.productKey.updateMany({
          where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
          data: { lastUsedAt: new Date(atMs) },
        });
      }),
  };
}

function stands(row: { readonly expiresAt: Date | null }): boolean {
  return row.expiresAt === null || row.expiresAt.getTime() > Date.now();
}

function random(): string {
  return randomBytes(32).toString('base64').replace('=', '');
}

function nameOf(id: string): string {
  return `shared secret ${id}`;
}
