// Print keys: shown once, opened by their secret alone, counted with who used them.
import { randomUUID } from 'node:crypto';
import type { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
let printer: messages.Device;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
  printer = await enrol(registry.client, owner.principal, {
    dialect: 'berg',
    identifier: '000d6f000273ce0b',
    kind: 'printer',
  });
});
afterAll(() => registry.stop());

const create = (fields: Partial<messages.CreatePrintKeyRequest> = {}) =>
  registry.claims.createPrintKey({
    principal: owner.principal,
    deviceId: printer.id,
    name: 'Friends',
    idempotencyKey: '',
    ...fields,
  });
const open = (secret: string, sender?: string) =>
  registry.claims.openPrintKey({ secret, use: sender !== undefined, sender: sender ?? '' });
const remove = (id: string, principal = owner.principal) =>
  registry.claims.deletePrintKey({ principal, deviceId: printer.id, id });

describe('a print key', () => {
  it('opens its printer, and nothing once it is withdrawn', async () => {
    const { secret, printKey } = await create();
    expect(secret).toMatch(/^pk_[A-Za-z0-9_-]{24}$/);
    expect(printKey).toMatchObject({
      name: 'Friends',
      deviceId: printer.id,
      prefix: secret.slice(0, 9),
      uses: 0,
    });
    const opened = await open(secret);
    expect(opened).toMatchObject({ printKey, device: { id: printer.id } });
    expect(opened.organizationName).toBe(owner.organization.name);
    await remove(printKey?.id ?? '');
    expect(await codeOf(open(secret))).toBe('not_found');
    expect(await codeOf(remove(printKey?.id ?? ''))).toBe('not_found');
    const wrong = ['', 'pk_', secret.slice(3), `mk_${secret.slice(3)}`, `pk_${'x'.repeat(1_000)}`];
    for (const each of wrong) expect(await codeOf(open(each))).toBe('not_found');
  });

  it('counts uses, also those at once, and names senders from the last to the first', async () => {
    const { secret } = await create();
    await Promise.all(Array.from({ length: 10 }, () => open(secret, '')));
    for (const sender of ['Ada', 'Grace', `${'x'.repeat(100)}`, ' Ada\n']) await open(secret, sender);
    const { printKey } = await open(secret);
    expect(printKey).toMatchObject({ uses: 14, senders: ['Ada', 'x'.repeat(80), 'Grace'] });
    expect(printKey?.lastUsedAtMs).toBeGreaterThan(printKey?.createdAtMs ?? Number.POSITIVE_INFINITY);
    for (let index = 0; index < 60; index++) await open(secret, `sender ${index}`);
    const { senders = [] } = (await open(secret)).printKey ?? {};
    expect([senders.length, senders[0], senders.at(-1)]).toEqual([50, 'sender 59', 'sender 10']);
  });

  it('is shown again to a repeated request alone', async () => {
    const once = { idempotencyKey: randomUUID() };
    const first = await create(once);
    expect(await create(once)).toEqual(first);
    expect((await create()).secret).not.toBe((await create()).secret);
  });

  it('is listed page by page, and recorded', async () => {
    const { printKey } = await create({ name: 'Listed' });
    const seen: messages.PrintKey[] = [];
    let cursor = '';
    do {
      const asked = { principal: owner.principal, deviceId: printer.id, limit: 2, cursor };
      const page = await registry.claims.listPrintKeys(asked);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen.at(-1)).toEqual(printKey);
    await remove(printKey?.id ?? '');
    const { items } = await registry.client.listAudit({ principal: owner.principal, limit: 2, cursor: '' });
    expect(items.map(({ action, resource }) => [action, resource])).toEqual([
      ['print_key.deleted', printer.id],
      ['print_key.created', printer.id],
    ]);
  });

  it('is for printers, and for those who may change them', async () => {
    const camera = await enrol(registry.client, owner.principal);
    expect(await codeOf(create({ deviceId: camera.id }))).toBe('invalid');
    const other = await newAccount(registry.client);
    const { printKey } = await create();
    expect(await codeOf(create({ principal: other.principal }))).toBe('not_found');
    expect(await codeOf(remove(printKey?.id ?? '', other.principal))).toBe('not_found');
  });
});
