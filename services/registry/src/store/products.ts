// Products of an organization's Nerves devices.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Page } from '../domain/page.js';
import type { Product } from '../domain/product.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';

/** Far more than anybody builds; what lists and rules may have to go through. */
const MAX_PER_ORGANIZATION = 1_000;

export function products(orm: Orm) {
  return {
    /** Fault `conflict` when the organization has one of that name, `exhausted` beyond 1000. */
    create: (
      made: { readonly organizationId: string; readonly name: string },
      once: Once,
    ): Promise<Product> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) return db.product.findUniqueOrThrow({ where: { id: earlier } });
        const { organizationId, name } = made;
        if ((await db.product.count({ where: { organizationId } })) >= MAX_PER_ORGANIZATION) {
          throw new Fault('exhausted', `an organization has at most ${MAX_PER_ORGANIZATION} products`);
        }
        const { count } = await db.product.createMany({ data: { ...made, id }, skipDuplicates: true });
        if (count === 0) throw nameTaken();
        const about = { organizationId, actor: once.actor, resource: id };
        await record(db, { ...about, action: 'product.created', details: { name } });
        return db.product.findUniqueOrThrow({ where: { id } });
      }),

    get: (id: string): Promise<Product | undefined> =>
      orm.read(async (db) => (await db.product.findUnique({ where: { id } })) ?? undefined),

    /** The oldest first; one more than the page holds when there are more. */
    list: (organizationIds: readonly string[], page: Page): Promise<readonly Product[]> =>
      orm.read((db) =>
        db.product.findMany({
          where: {
            organizationId: { in: [...organizationIds] },
            ...(page.after === undefined ? {} : { id: { gt: page.after } }),
          },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        }),
      ),

    /** Faults `not_found` when it is gone, `conflict` when another one has the name. */
    rename: (id: string, name: string, actor: string): Promise<Product> =>
      orm.transact(async (db) => {
        const product = await db.product.update({ where: { id }, data: { name } });
        const about = { organizationId: product.organizationId, actor, resource: id };
        await record(db, { ...about, action: 'product.updated', details: { name } });
        return product;
      }),

    /** With its keys. Its devices stay, as ones of no product. Fault `not_found` when it is gone. */
    remove: ({ id, organizationId, name }: Product, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        await db.product.delete({ where: { id } });
        const about = { organizationId, actor, resource: id };
        await record(db, { ...about, action: 'product.deleted', details: { name } });
      }),
  };
}

/** The fault for a second product of one name. */
export function nameTaken(): Fault {
  return new Fault('conflict', 'there is a product of this name', {
    details: [{ field: 'name', message: 'is that of another product' }],
  });
}
