// Keys that new devices of a product come with.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Page } from '../domain/page.js';
import type { Product, ProductKey } from '../domain/product.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';
import type { Row } from './row.js';
import { newSharedSecret, openSharedSecret, SharedKind } from './shared-secrets.js';

export interface NewProductKey {
  readonly name: string;
  readonly expiresAt: Date | undefined;
}

const MAX_PER_PRODUCT = 50;

export function productKeys(orm: Orm, master: Buffer) {
  return {
    /** A repetition gives the first one's key and secret. Fault `exhausted` beyond 50. */
    create: (
      product: Product,
      made: NewProductKey,
      once: Once,
    ): Promise<{ readonly key: ProductKey; readonly secret: string }> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const row = await db.productKey.findUniqueOrThrow({ where: { id: earlier } });
          return { key: productKeyOf(row), secret: openSharedSecret(master, row.id, row.sealed) };
        }
        const { id: productId, organizationId } = product;
        if ((await db.productKey.count({ where: { productId } })) >= MAX_PER_PRODUCT) {
          throw new Fault('exhausted', `a product has at most ${MAX_PER_PRODUCT} keys`);
        }
        const { key, secret, sealed } = newSharedSecret(master, id, SharedKind.product);
        const { name, expiresAt = null } = made;
        const row = await db.productKey.create({ data: { id, productId, name, key, sealed, expiresAt } });
        const about = { organizationId, actor: once.actor, resource: productId };
        await record(db, { ...about, action: 'product_key.created', details: { product_key_id: id, name } });
        return { key: productKeyOf(row), secret };
      }),

    list: (productId: string, page: Page): Promise<readonly ProductKey[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const found = await db.productKey.findMany({
          where: { productId, ...after },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(productKeyOf);
      }),

    /** Fault `not_found` when the product has no such key. */
    remove: (product: Product, id: string, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const { count } = await db.productKey.deleteMany({ where: { id, productId: product.id } });
        if (count === 0) throw new Fault('not_found', 'no such product key');
        const about = { organizationId: product.organizationId, actor, resource: product.id };
        await record(db, { ...about, action: 'product_key.deleted', details: { product_key_id: id } });
      }),
  };
}

function productKeyOf(row: Row<'ProductKey'>): ProductKey {
  const { id, productId, name, key, createdAt } = row;
  const expiresAt = row.expiresAt ?? undefined;
  return { id, productId, name, key, createdAt, expiresAt, lastUsedAt: row.lastUsedAt ?? undefined };
}
