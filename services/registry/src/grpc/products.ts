// The service Products: products of Nerves devices, kept by people.
import type { registry } from '@mooring/proto';
import { isFault, unary } from '@mooring/runtime';
import { authorize, authorizedIn, permission } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import { checkProductName } from '../domain/product.js';
import { nameTaken } from '../store/products.js';
import type { Context } from './context.js';
import { idOf, onceOf, organizationOf, principalOf } from './principal.js';
import { createProductKey, deleteProductKey, listProductKeys } from './product-keys.js';
import { productFor, productMessage } from './product-message.js';

type Server = registry.ProductsServer;

export function productHandlers(context: Context): Server {
  return {
    listProducts: listProducts(context),
    createProduct: createProduct(context),
    getProduct: getProduct(context),
    updateProduct: updateProduct(context),
    deleteProduct: deleteProduct(context),
    listProductKeys: listProductKeys(context),
    createProductKey: createProductKey(context),
    deleteProductKey: deleteProductKey(context),
  };
}

function listProducts({ store }: Context): Server['listProducts'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const named = request.organizationId === '' ? undefined : idOf(request.organizationId, 'organization');
    if (named !== undefined) authorize(principal, named, permission.readDevices, 'organization');
    const organizations = named === undefined ? authorizedIn(principal, permission.readDevices) : [named];
    const asked = page(request.limit, request.cursor);
    const found = await store.products.list(organizations, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(productMessage), nextCursor };
  });
}

function createProduct({ store }: Context): Server['createProduct'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    authorize(principal, organizationId, permission.writeDevices, 'organization');
    const problems = new Problems();
    const name = checkProductName(problems, request.name);
    problems.check();
    const made = { organizationId, name };
    const once = onceOf(principal, request.idempotencyKey, 'CreateProduct', made);
    return { product: productMessage(await store.products.create(made, once)) };
  });
}

function getProduct(context: Context): Server['getProduct'] {
  return unary(async ({ principal, id }) => {
    const product = await productFor(context, principalOf(principal), id, permission.readDevices);
    return { product: productMessage(product) };
  });
}

function updateProduct(context: Context): Server['updateProduct'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const product = await productFor(context, principal, request.id, permission.writeDevices);
    if (request.name === undefined) return { product: productMessage(product) };
    const problems = new Problems();
    const name = checkProductName(problems, request.name);
    problems.check();
    const renaming = context.store.products.rename(product.id, name, actorOf(principal));
    const renamed = await renaming.catch((error: unknown) => {
      throw isFault(error) && error.code === 'conflict' ? nameTaken() : error;
    });
    return { product: productMessage(renamed) };
  });
}

function deleteProduct(context: Context): Server['deleteProduct'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const product = await productFor(context, principal, request.id, permission.deleteDevices);
    await context.store.products.remove(product, actorOf(principal));
    context.withdrawn();
    return {};
  });
}
