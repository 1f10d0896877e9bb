// Products and their keys as the messages that answer, and the product that a request is about.
import type { registry } from '@mooring/proto';
import { authorize, type Permission, unknown } from '../domain/authorize.js';
import type { Principal } from '../domain/principal.js';
import type { Product, ProductKey } from '../domain/product.js';
import type { Context } from './context.js';
import { idOf } from './principal.js';

export function productMessage({ id, organizationId, name, createdAt }: Product): registry.Product {
  return { id, organizationId, name, createdAtMs: createdAt.getTime() };
}

/** Without its secret. */
export function productKeyMessage(key: ProductKey): registry.ProductKey {
  return {
    id: key.id,
    productId: key.productId,
    name: key.name,
    key: key.key,
    createdAtMs: key.createdAt.getTime(),
    expiresAtMs: key.expiresAt?.getTime(),
    lastUsedAtMs: key.lastUsedAt?.getTime(),
  };
}

/** Faults `not_found` and `forbidden`. */
export async function productFor(
  { store }: Context,
  principal: Principal,
  id: string,
  needed: Permission,
): Promise<Product> {
  const product = await store.products.get(idOf(id, 'product'));
  authorize(principal, product?.organizationId, needed, 'product');
  if (product === undefined) throw unknown('product');
  return product;
}
