// Keys of a product: listed, made, withdrawn.
import type { registry } from '@mooring/proto';
import { systemClock, unary } from '@mooring/runtime';
import { checkExpiry } from '../domain/account.js';
import { permission } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import type { Context } from './context.js';
import { idOf, onceOf, principalOf } from './principal.js';
import { productFor, productKeyMessage } from './product-message.js';

type Server = registry.ProductsServer;

export function listProductKeys(context: Context): Server['listProductKeys'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await productFor(context, principal, request.productId, permission.readDevices);
    const asked = page(request.limit, request.cursor);
    const found = await context.store.productKeys.list(id, asked);
    const { items, nextCursor } = paged(found, asked.limit, (each) => each.id);
    return { items: items.map(productKeyMessage), nextCursor };
  });
}

export function createProductKey(context: Context): Server['createProductKey'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const product = await productFor(context, principal, request.productId, permission.writeDevices);
    const problems = new Problems();
    const name = problems.name('name', request.name);
    const expiresAt = checkExpiry(problems, request.expiresAtMs, systemClock.now());
    problems.check();
    const asked = { productId: product.id, name, expiresAt };
    const once = onceOf(principal, request.idempotencyKey, 'CreateProductKey', asked);
    const { key, secret } = await context.store.productKeys.create(product, { name, expiresAt }, once);
    return { key: productKeyMessage(key), secret };
  });
}

export function deleteProductKey(context: Context): Server['deleteProductKey'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const product = await productFor(context, principal, request.productId, permission.writeDevices);
    await context.store.productKeys.remove(product, idOf(request.id, 'product key'), actorOf(principal));
    context.withdrawn();
    return {};
  });
}
