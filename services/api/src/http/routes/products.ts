// /v1/products: what Nerves devices are built as; firmware and devices belong to one by its name.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Products'];

const Product = Type.Object({
  id: Id,
  organization_id: Id,
  name: Type.String({ description: 'As firmware names it' }),
  created_at: Time,
});

const list = {
  tags,
  summary: 'Lists products, the oldest first',
  querystring: PageQuery({ organization: Type.Optional(Id) }),
  response: { 200: Page(Product) },
};
const make = {
  tags,
  summary: 'Makes a product',
  headers: Repeatable,
  body: Type.Object({ name: Name, organization_id: Type.Optional(Id) }, { additionalProperties: false }),
  response: { 201: Product },
};
const read = { tags, summary: 'A product', params: IdParams, response: { 200: Product } };
const change = {
  tags,
  summary: 'Renames a product',
  params: IdParams,
  body: Type.Object({ name: Type.Optional(Name) }, { additionalProperties: false }),
  response: { 200: Product },
};
const remove = {
  tags,
  summary: 'Deletes a product with its keys; devices that came in by them are sent away, and stay registered',
  params: IdParams,
  response: { 204: Empty },
};

export function productRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/products';
  const reading = { access: member('devices:read') };
  const writing = { access: member('devices:write', 'operator') };
  const deleting = { access: member('devices:write', 'admin') };

  server.get(path, { config: reading, schema: list }, async (request) => {
    const principal = principalOf(request);
    const organizationId = request.query.organization ?? '';
    const page = pageOf(request.query);
    return pageFrom(await peers.products.listProducts({ principal, organizationId, ...page }), toProduct);
  });

  server.post(path, { config: writing, schema: make }, async (request, reply) => {
    const { product } = await peers.products.createProduct({
      principal: principalOf(request),
      organizationId: request.body.organization_id ?? '',
      name: request.body.name,
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send(toProduct(present(product, 'product')));
  });

  server.get(`${path}/:id`, { config: reading, schema: read }, async (request) => {
    const asked = { principal: principalOf(request), id: request.params.id };
    return toProduct(present((await peers.products.getProduct(asked)).product, 'product'));
  });

  server.patch(`${path}/:id`, { config: writing, schema: change }, async (request) => {
    const { name } = request.body;
    const asked = { principal: principalOf(request), id: request.params.id, name };
    return toProduct(present((await peers.products.updateProduct(asked)).product, 'product'));
  });

  server.delete(`${path}/:id`, { config: deleting, schema: remove }, async (request, reply) => {
    await peers.products.deleteProduct({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });
}

function toProduct(product: registry.Product): Static<typeof Product> {
  return {
    id: product.id,
    organization_id: product.organizationId,
    name: product.name,
    created_at: toTime(product.createdAtMs),
  };
}
