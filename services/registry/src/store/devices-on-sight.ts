// Devices that a product vouches for: found, taken in, or registered at their first connection.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Dialect } from '../domain/identifier.js';
import { keySpeaksFor } from '../domain/product.js';
import { record } from './audit.js';
import type { Db, Orm } from './orm.js';

/** A device that proved to belong to a product. */
export interface Sight {
  readonly product: { readonly id: string; readonly organizationId: string; readonly name: string };
  readonly dialect: Dialect;
  readonly identifier: string;
  readonly kind: string;
  readonly tags: readonly string[];
  readonly name?: string;
  /** The id of what vouched for it, for the audit log. */
  readonly voucher: string;
}

/** `taken`: the name is another organization's or product's, or of a device with a secret of its own. */
export type Sighted = 'known' | 'registered' | 'taken';

export function devicesOnSight(orm: Orm) {
  return (sight: Sight): Promise<Sighted> =>
    orm.transact(async (db) => {
      const known = await findFor(db, sight);
      if (known !== undefined) return known;
      if ((await register(db, sight)) !== undefined) return 'registered';
      // Another connection of the device was faster.
      const now = await findFor(db, sight);
      if (now === undefined) throw new Fault('unavailable', 'this device is being changed');
      return now;
    });
}

/** Undefined when there is no device of that name. */
async function findFor(db: Db, sight: Sight): Promise<'known' | 'taken' | undefined> {
  const { dialect, identifier, product } = sight;
  const where = { dialect_identifier: { dialect, identifier } };
  const row = await db.device.findUnique({ where });
  if (row === null) return undefined;
  const stands = { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const own = { deviceId: row.id, type: { not: 'token' }, ...stands };
  const { id, organizationId, productId } = row;
  const ownProof = productId === null && (await db.credential.count({ where: own, take: 1 })) > 0;
  const speaks = keySpeaksFor(product, { organizationId, productId, ownProof });
  if (speaks !== 'joins') return speaks === 'yes' ? 'known' : 'taken';
  // Null still: it may have joined another product meanwhile.
  const { count } = await db.device.updateMany({
    where: { id, productId: null },
    data: { productId: product.id },
  });
  if (count === 0) return 'taken';
  const about = { organizationId, actor: 'system', resource: id };
  await record(db, { ...about, action: 'device.updated', details: vouched(sight) });
  return 'known';
}

/** The id of the new device; undefined when there is one of that name. */
export async function register(db: Db, sight: Sight): Promise<string | undefined> {
  const { product, dialect, identifier, kind, tags, name = '' } = sight;
  const { organizationId } = product;
  const id = uuidv7();
  const { count } = await db.device.createMany({
    data: {
      ...{ id, organizationId, dialect, identifier, kind, name, tags: [...tags] },
      productId: product.id,
      firmware: { product: product.name },
    },
    skipDuplicates: true,
  });
  if (count === 0) return undefined;
  const about = { organizationId, actor: 'system', resource: id };
  const details = { dialect, identifier, ...vouched(sight) };
  await record(db, { ...about, action: 'device.created', details });
  return id;
}

function vouched({ product, voucher }: Sight) {
  return { product_id: product.id, voucher };
}
