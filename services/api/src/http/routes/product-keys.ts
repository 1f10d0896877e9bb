// /v1/products/{id}/keys: shared secrets that new devices of a product come with.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Nullable, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { fromTime } from '../span.js';

const tags = ['Products'];

const ProductKey = Type.Object({
  id: Id,
  product_id: Id,
  name: Type.String(),
  key: Type.String({ description: 'What devices name it by, `nhp_…`' }),
  created_at: Time,
  expires_at: Nullable(Time),
  last_used_at: Nullable(Time),
});

const list = {
  tags,
  summary: 'Lists keys of a product, without their secrets',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(ProductKey) },
};
const make = {
  tags,
  summary: 'Makes a key that registers devices of the product on sight; its secret is shown this once',
  params: IdParams,
  headers: Repeatable,
  body: Type.Object(
    { name: Type.Optional(Name), expires_at: Type.Optional(Time) },
    { additionalProperties: false },
  ),
  response: { 201: Type.Intersect([ProductKey, Type.Object({ secret: Type.String() })]) },
};
const withdraw = {
  tags,
  summary: 'Withdraws a key; devices that came in by it are sent away',
  params: Type.Object({ id: Id, key_id: Id }),
  response: { 204: Empty },
};

export function productKeyRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/products/:id/keys';
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.get(path, { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const productId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.products.listProductKeys({ principal, productId, ...page }), toProductKey);
  });

  server.post(path, { config: write, schema: make }, async (request, reply) => {
    const { name = '', expires_at: expiresAt } = request.body;
    const { key, secret } = await peers.products.createProductKey({
      principal: principalOf(request),
      productId: request.params.id,
      name,
      expiresAtMs: expiresAt === undefined ? undefined : fromTime(expiresAt, 'expires_at'),
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send({ ...toProductKey(present(key, 'product key')), secret });
  });

  server.delete(`${path}/:key_id`, { config: write, schema: withdraw }, async (request, reply) => {
    const { id: productId, key_id: id } = request.params;
    await peers.products.deleteProductKey({ principal: principalOf(request), productId, id });
    return reply.code(204).send(null);
  });
}

function toProductKey(key: registry.ProductKey): Static<typeof ProductKey> {
  return {
    id: key.id,
    product_id: key.productId,
    name: key.name,
    key: key.key,
    created_at: toTime(key.createdAtMs),
    expires_at: toTimeOrNull(key.expiresAtMs),
    last_used_at: toTimeOrNull(key.lastUsedAtMs),
  };
}
