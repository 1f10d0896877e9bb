// Products and their keys over gRPC: made once, kept apart by organization, named once in each, recorded.
import { randomUUID } from 'node:crypto';
import type { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
let stranger: Awaited<ReturnType<typeof newAccount>>;

beforeAll(async () => {
  registry = await startRegistry();
  [owner, stranger] = await Promise.all([newAccount(registry.client), newAccount(registry.client)]);
});
afterAll(() => registry.stop());

const make = (fields: Partial<messages.CreateProductRequest> = {}) =>
  registry.products.createProduct({
    principal: owner.principal,
    organizationId: '',
    name: `product ${randomUUID()}`,
    idempotencyKey: '',
    ...fields,
  });
const made = async (fields: Partial<messages.CreateProductRequest> = {}): Promise<messages.Product> => {
  const { product } = await make(fields);
  if (product === undefined) throw new Error('no product');
  return product;
};
/** The different codes with which calls fail, made at once. */
const codesOf = async (calls: readonly Promise<unknown>[]) => [
  ...new Set(await Promise.all(calls.map(codeOf))),
];
const viewer = (): messages.Principal => ({
  ...owner.principal,
  memberships: [{ organizationId: owner.organization.id, role: 'viewer' }],
});

describe('products', () => {
  it('are made once for a repeated request, and named once in an organization', async () => {
    const once = { name: 'Thermostat', idempotencyKey: randomUUID() };
    const first = await made(once);
    expect(first).toMatchObject({ name: 'Thermostat', organizationId: owner.organization.id });
    expect(await made(once)).toEqual(first);
    expect(await codeOf(make({ name: 'Thermostat' }))).toBe('conflict');
    const { product } = await make({ principal: stranger.principal, name: 'Thermostat' });
    expect(product?.id).not.toBe(first.id);
    expect([await codeOf(make({ name: '' })), await codeOf(make({ name: 'a\u0000' }))]).toEqual([
      'invalid',
      'invalid',
    ]);
  });

  it('are read, renamed and deleted by those of their organization who may', async () => {
    const { id, name } = await made();
    const { principal } = owner;
    const get = (who = principal) => registry.products.getProduct({ principal: who, id });
    const rename = (to: string, who = principal) =>
      registry.products.updateProduct({ principal: who, id, name: to });
    const remove = (who = principal) => registry.products.deleteProduct({ principal: who, id });
    expect(
      await codesOf([get(stranger.principal), rename('x', stranger.principal), remove(stranger.principal)]),
    ).toEqual(['not_found']);
    expect((await get(viewer())).product?.name).toBe(name);
    expect(await codesOf([rename('x', viewer()), remove(viewer()), make({ principal: viewer() })])).toEqual([
      'forbidden',
    ]);
    expect((await rename('Renamed')).product).toMatchObject({ id, name: 'Renamed' });
    const other = await made();
    expect(await codeOf(rename(other.name))).toBe('conflict');
    expect((await registry.products.updateProduct({ principal, id })).product?.name).toBe('Renamed');
    await remove();
    expect([await codeOf(get()), await codeOf(remove()), await codeOf(rename('x'))]).toEqual([
      'not_found',
      'not_found',
      'not_found',
    ]);
    const { items } = await registry.client.listAudit({
      ...{ principal, organizationId: owner.organization.id, limit: 500, cursor: '' },
    });
    const deeds = items.filter(({ resource }) => resource === id).map(({ action }) => action);
    expect(deeds).toEqual(['product.deleted', 'product.updated', 'product.created']);
  });

  it('are listed page by page, of an own organization alone', async () => {
    const { principal } = await newAccount(registry.client);
    const names = ['c', 'a', 'b'];
    for (const name of names) await make({ principal, name });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await registry.products.listProducts({ principal, organizationId: '', limit: 2, cursor });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen).toEqual(names);
    const foreign = { principal, organizationId: owner.organization.id, limit: 0, cursor: '' };
    expect(await codeOf(registry.products.listProducts(foreign))).toBe('not_found');
  });
});

describe('keys of a product', () => {
  const makeKey = (productId: string, fields: Partial<messages.CreateProductKeyRequest> = {}) =>
    registry.products.createProductKey({
      principal: owner.principal,
      productId,
      name: 'first batch',
      idempotencyKey: '',
      ...fields,
    });

  it('show their secret once, to a repeated request again, and never when listed', async () => {
    const { id: productId } = await made();
    const once = { idempotencyKey: randomUUID(), expiresAtMs: Date.now() + 60_000 };
    const first = await makeKey(productId, once);
    expect(first.key).toMatchObject({ productId, name: 'first batch', expiresAtMs: once.expiresAtMs });
    expect(first.key?.key).toMatch(/^nhp_[A-Za-z0-9+/]{43}$/);
    expect(first.secret).toMatch(/^[A-Za-z0-9+/]{43}$/);
    expect(await makeKey(productId, once)).toEqual(first);
    const second = await makeKey(productId);
    expect(second.secret).not.toBe(first.secret);
    const page = { principal: viewer(), productId, limit: 0, cursor: '' };
    expect((await registry.products.listProductKeys(page)).items).toEqual([first.key, second.key]);
    const [stored] = await registry.query<{ text: string }>(
      'SELECT string_agg(k::text, chr(10)) AS text FROM product_key k',
    );
    for (const { secret } of [first, second]) {
      expect(stored?.text).not.toContain(secret);
      expect(stored?.text).not.toContain(Buffer.from(secret).toString('hex'));
    }
    expect(await codeOf(makeKey(productId, { expiresAtMs: 1 }))).toBe('invalid');
  });

  it('are made and withdrawn by those of the organization who may', async () => {
    const { id: productId } = await made();
    const { key } = await makeKey(productId);
    const remove = (principal = owner.principal, of = productId) =>
      registry.products.deleteProductKey({ principal, productId: of, id: key?.id ?? '' });
    const list = (principal: messages.Principal) =>
      registry.products.listProductKeys({ principal, productId, limit: 0, cursor: '' });
    const { principal } = stranger;
    expect(await codesOf([list(principal), remove(principal), makeKey(productId, { principal })])).toEqual([
      'not_found',
    ]);
    expect(await codesOf([remove(viewer()), makeKey(productId, { principal: viewer() })])).toEqual([
      'forbidden',
    ]);
    expect(await codeOf(remove(owner.principal, (await made()).id))).toBe('not_found');
    await remove();
    expect(await codeOf(remove())).toBe('not_found');
    expect((await list(owner.principal)).items).toEqual([]);
  });
});
