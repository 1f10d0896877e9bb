// Devices that sign with a shared secret: their own or their product's, from the claim to the admission and its end.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import type { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, listenAsEdge, newAccount, startRegistry, type TestRegistry } from './_registry.js';
import { present } from './_signed-claims.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
let stranger: Awaited<ReturnType<typeof newAccount>>;
let product: messages.Product;

beforeAll(async () => {
  registry = await startRegistry();
  [owner, stranger] = await Promise.all([newAccount(registry.client), newAccount(registry.client)]);
  product = await newProduct();
});
afterAll(() => registry.stop());

async function newProduct(account = owner): Promise<messages.Product> {
  const { product: made } = await registry.products.createProduct({
    principal: account.principal,
    organizationId: account.organization.id,
    name: randomUUID(),
    idempotencyKey: '',
  });
  if (made === undefined) throw new Error('no product');
  return made;
}

async function productKey(of = product, account = owner, expiresAtMs?: number) {
  const { key, secret } = await registry.products.createProductKey({
    principal: account.principal,
    productId: of.id,
    name: '',
    expiresAtMs,
    idempotencyKey: '',
  });
  return { id: key?.id ?? '', shared: { key: key?.key ?? '', secret } };
}

async function deviceKey(device: messages.Device, account = owner) {
  const { credential, secret } = await registry.client.createCredential({
    principal: account.principal,
    deviceId: device.id,
    type: 'shared_secret',
    name: '',
    idempotencyKey: '',
  });
  return { id: credential?.id ?? '', shared: { key: credential?.key ?? '', secret } };
}

const nerves = (account = owner) =>
  enrol(registry.client, account.principal, { dialect: 'nerveshub', identifier: `nerves-${randomUUID()}` });
const ask = (identifier: string, rest: Partial<messages.AdmitRequest> = {}) => ({
  ...{ dialect: 'nerveshub', deviceKind: 'nerves', policy: 'credentials', identifier },
  ...rest,
});

describe("a device's own secret", () => {
  it('proves that device and lets it in, and nobody else', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    expect(await present(registry, { identifier, shared })).toEqual({ identifier, credentialId: id });
    const admitted = await registry.admit.admitted(ask(identifier, { credentialId: id }));
    expect(admitted.deviceId).toBe(device.id);
    const other = await nerves();
    expect(await present(registry, { identifier: other.identifier, shared })).toMatchObject({
      refused: 'unauthenticated',
      message: 'another_device',
    });
    expect(await registry.admit.refusal(ask(other.identifier, { credentialId: id }))).toBe('unauthenticated');
    expect(await registry.admit.refusal(ask(identifier))).toBe('unauthenticated');
    expect(await registry.admit.refusal(ask(identifier, { credentialId: randomUUID() }))).toBe(
      'unauthenticated',
    );
  });

  it('has to be right, whatever the policy, and is asked of a device that has one', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    const wrong = { ...shared, secret: shared.secret.toLowerCase() };
    for (const policy of ['open', 'enrolled', 'credentials']) {
      const refused = await present(registry, { identifier, shared: wrong, policy });
      expect(refused).toMatchObject({ refused: 'unauthenticated', message: 'wrong_signature' });
      expect(await registry.admit.refusal(ask(identifier, { policy }))).toBe('unauthenticated');
      expect(await registry.admit.refusal(ask(identifier, { policy, credentialId: id }))).toBe('admitted');
    }
  });

  it('is passed over when its key is unknown, where no proof is needed', async () => {
    const { identifier } = await nerves();
    const shared = { key: `nhd_${'a'.repeat(43)}`, secret: 'b' };
    const at = (policy: string) => present(registry, { identifier, shared, policy });
    const nothing = { identifier: '', credentialId: '' };
    expect([await at('open'), await at('enrolled')]).toEqual([nothing, nothing]);
    expect(await at('credentials')).toMatchObject({ refused: 'unauthenticated' });
    expect(await registry.admit.refusal(ask(identifier, { policy: 'enrolled' }))).toBe('admitted');
  });

  it('allows clocks that are 90 s off, other digests, and no change of what is signed', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    const at = (seconds: number) =>
      present(registry, { identifier, shared, atMs: Date.now() + seconds * 1_000 });
    expect([await at(-80), await at(80)]).toMatchObject([{ credentialId: id }, { credentialId: id }]);
    expect([await at(-100), await at(100)]).toMatchObject([{ message: 'stale' }, { message: 'stale' }]);
    const algorithm = 'NH1-HMAC-SHA512-2000-64';
    expect(await present(registry, { identifier, shared: { ...shared, algorithm } })).toMatchObject({
      credentialId: id,
    });
    for (const change of [
      { time: '1' },
      { signedPart: 'SFMyNTY.AA' },
      { algorithm },
      { mac: Buffer.alloc(32) },
    ])
      expect(await present(registry, { identifier, shared, change })).toMatchObject({
        message: 'wrong_signature',
      });
  });

  it('is no good once it has expired, and does not lock its device out of an open edge', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    await registry.query('UPDATE credential SET expires_at = now() WHERE id = $1::uuid', [id]);
    expect(await present(registry, { identifier, shared })).toMatchObject({ refused: 'unauthenticated' });
    expect(await registry.admit.refusal(ask(identifier, { credentialId: id }))).toBe('unauthenticated');
    expect(await registry.admit.refusal(ask(identifier, { policy: 'open' }))).toBe('admitted');
  });

  it('is shown again to a repeated request alone, listed without it, and stored sealed', async () => {
    const device = await nerves();
    const request = { principal: owner.principal, deviceId: device.id, type: 'shared_secret', name: 'own' };
    const once = { ...request, idempotencyKey: randomUUID() };
    const first = await registry.client.createCredential(once);
    expect(await registry.client.createCredential(once)).toEqual(first);
    expect(first.credential?.key).toMatch(/^nhd_[A-Za-z0-9+/]{43}$/);
    expect(first.secret).toMatch(/^[A-Za-z0-9+/]{43}$/);
    const page = { principal: owner.principal, deviceId: device.id, limit: 0, cursor: '' };
    const { items } = await registry.client.listCredentials(page);
    expect(items).toEqual([first.credential]);
    const stored = await registry.query<{ text: string }>(
      'SELECT c::text AS text FROM credential c WHERE device_id = $1::uuid',
      [device.id],
    );
    expect(stored).toHaveLength(1);
    expect(stored[0]?.text).not.toContain(first.secret);
    expect(stored[0]?.text).not.toContain(Buffer.from(first.secret).toString('hex'));
    const camera = await enrol(registry.client, owner.principal);
    const refused = await registry.client
      .createCredential({ ...request, deviceId: camera.id, idempotencyKey: '' })
      .catch((error: { code: string }) => error.code);
    expect(refused).toBe('invalid');
  });

  it('is worth no more than a token that is deleted: its session ends', async () => {
    const told = await listenAsEdge(registry.bus, 'edge-2');
    const device = await nerves();
    const { identifier } = device;
    const { id } = await deviceKey(device);
    const { epoch } = await registry.admit.admitted(ask(identifier, { credentialId: id, node: 'edge-2' }));
    await registry.client.deleteCredential({ principal: owner.principal, deviceId: device.id, id });
    expect(told.filter(({ deviceNumber }) => deviceNumber === device.number)).toMatchObject([
      { epoch, content: { value: { reason: 'credential_revoked' } } },
    ]);
    expect(await registry.admit.refusal(ask(identifier, { credentialId: id }))).toBe('unauthenticated');
  });
});

describe("a product's key", () => {
  it('registers new devices in its organization, once', async () => {
    const { id, shared } = await productKey();
    const identifier = `new-${randomUUID()}`;
    const asked = Array.from({ length: 8 }, () => present(registry, { identifier, shared }));
    expect(await Promise.all(asked)).toEqual(Array(8).fill({ identifier, credentialId: id }));
    const { deviceId, organizationId } = await registry.admit.admitted(ask(identifier, { credentialId: id }));
    expect(organizationId).toBe(owner.organization.id);
    const { device } = await registry.client.getDevice({ principal: owner.principal, id: deviceId });
    expect(device).toMatchObject({ kind: 'nerves', firmwareJson: JSON.stringify({ product: product.name }) });
    const audit = await registry.query<{ details: object }>(
      "SELECT details FROM audit WHERE resource = $1 AND action = 'device.created'",
      [deviceId],
    );
    expect(audit).toMatchObject([{ details: { identifier, product_id: product.id, voucher: id } }]);
    const page = { principal: owner.principal, productId: product.id, limit: 0, cursor: '' };
    const { items } = await registry.products.listProductKeys(page);
    expect(items.find((each) => each.id === id)?.lastUsedAtMs).toBeGreaterThan(0);
  });

  it('speaks for devices of no other product or organization, and for none with a secret of its own', async () => {
    const { shared } = await productKey();
    const foreign = await nerves(stranger);
    const own = await nerves();
    await deviceKey(own);
    const sibling = `sibling-${randomUUID()}`;
    await present(registry, { identifier: sibling, shared: (await productKey(await newProduct())).shared });
    for (const identifier of [foreign.identifier, own.identifier, sibling]) {
      expect(await present(registry, { identifier, shared })).toMatchObject({
        refused: 'unauthenticated',
        message: 'identifier_taken',
      });
    }
  });

  it('takes a device in that somebody enrolled, which then needs no secret of its own', async () => {
    const { id, shared } = await productKey();
    const { identifier } = await nerves();
    expect(await registry.admit.refusal(ask(identifier, { credentialId: id }))).toBe('unauthenticated');
    expect(await present(registry, { identifier, shared })).toEqual({ identifier, credentialId: id });
    expect(await registry.admit.refusal(ask(identifier, { credentialId: id }))).toBe('admitted');
  });

  it('sends all that it let in away when it is deleted, and when its product is', async () => {
    const told = await listenAsEdge(registry.bus, 'edge-1');
    const doomed = await newProduct();
    const keys = [await productKey(doomed), await productKey(doomed)] as const;
    const numbers = await Promise.all(
      keys.map(async ({ id, shared }) => {
        const names = Array.from({ length: 70 }, () => `fleet-${randomUUID()}`);
        for (const identifier of names) await present(registry, { identifier, shared });
        const admitted = names.map((name) => registry.admit.admitted(ask(name, { credentialId: id })));
        return (await Promise.all(admitted)).map(({ deviceNumber }) => deviceNumber);
      }),
    );
    const toldOf = (all: readonly bigint[] = []) =>
      all.filter((number) =>
        told.some(
          ({ deviceNumber, content }) =>
            deviceNumber === number &&
            content?.$case === 'disconnect' &&
            content.value.reason === 'credential_revoked',
        ),
      ).length;
    const principal = owner.principal;
    await registry.products.deleteProductKey({ principal, productId: doomed.id, id: keys[0].id });
    await eventually(() => toldOf(numbers[0]) === 70);
    expect(toldOf(numbers[1])).toBe(0);
    await registry.products.deleteProduct({ principal, id: doomed.id });
    await eventually(() => toldOf(numbers[1]) === 70);
    const { identifier } = await nerves();
    for (const { shared } of keys)
      expect(await present(registry, { identifier, shared })).toMatchObject({ refused: 'unauthenticated' });
  });
});

describe('trying', () => {
  it('wrongly too often shuts one key for one address', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    const wrong = { identifier, shared: { ...shared, secret: 'x' } };
    const attempts = await Promise.all(Array.from({ length: 40 }, () => present(registry, wrong)));
    expect(attempts).toContainEqual({ refused: 'unauthenticated', message: 'wrong_signature' });
    expect(await present(registry, wrong)).toMatchObject({ refused: 'exhausted' });
    expect(await present(registry, { identifier, shared })).toMatchObject({ refused: 'exhausted' });
    const elsewhere = await present(registry, { identifier, shared, remoteAddress: '192.0.2.2' });
    expect(elsewhere).toMatchObject({ credentialId: id });
  });

  it('a token again is what devices do, thirty times and no more', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { id, shared } = await deviceKey(device);
    const atMs = Date.now();
    const again = () => present(registry, { identifier, shared, atMs });
    const answers = await Promise.all(Array.from({ length: 60 }, again));
    const good = answers.filter((answer) => 'credentialId' in answer);
    expect(good.length).toBeGreaterThanOrEqual(30);
    expect(good[0]).toEqual({ identifier, credentialId: id });
    expect(answers).toContainEqual({ refused: 'exhausted', message: 'this token is used too often' });
    expect(await present(registry, { identifier, shared, atMs: atMs - 2_000 })).toMatchObject({
      credentialId: id,
    });
  });

  it('to have too much computed is turned away', async () => {
    const device = await nerves();
    const { identifier } = device;
    const { shared } = await deviceKey(device);
    const at = (algorithm: string) => present(registry, { identifier, shared: { ...shared, algorithm } });
    expect(await at('NH1-HMAC-sha256-100001-32')).toMatchObject({ message: 'malformed' });
    const costly = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        present(registry, {
          identifier,
          shared,
          change: { algorithm: 'NH1-HMAC-sha256-100000-32' },
          remoteAddress: `192.0.2.${index}`,
        }),
      ),
    );
    expect(costly).toContainEqual({ refused: 'exhausted', message: 'this key is tried too often' });
  });
});
