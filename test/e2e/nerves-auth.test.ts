// Nerves devices on a whole Mooring that lets nobody in without proof: shared secrets of devices and of products.
import { randomUUID } from 'node:crypto';
import { type NervesDevice, nervesDevice, type SharedSecret } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from './_stack.js';

let mooring: TestStack;
beforeAll(async () => {
  mooring = await startTestStack({ edges: 2, deviceAuth: 'credentials' });
});
afterAll(() => mooring?.stop());

const running: NervesDevice[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((device) => device.close()));
});

function boot(identifier: string, auth: SharedSecret | undefined, clock?: () => number): NervesDevice {
  const device = nervesDevice({
    url: mooring.edges[0] ?? '',
    identifier,
    retryMs: 200,
    ...(auth === undefined ? {} : { auth }),
    ...(clock === undefined ? {} : { clock }),
  });
  running.push(device);
  return device;
}

async function make<T>(path: string, body: object): Promise<T> {
  const { status, body: made } = await mooring.api.call('POST', path, body);
  expect(status, JSON.stringify(made)).toBe(201);
  return made;
}

interface Made {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

const enrol = (identifier: string) => make<Made>('/v1/devices', { dialect: 'nerveshub', identifier });
const secretFor = (id: string) => make<Made>(`/v1/devices/${id}/credentials`, { type: 'shared_secret' });
const joined = (device: NervesDevice) => device.seen.until(() => device.seen.ready, 'the join', 10_000);
const refusedWith = (device: NervesDevice, status: number) =>
  device.seen.until(() => device.seen.lastRefusal === status, `a ${status}`, 10_000);

describe("a device's own secret", () => {
  it('lets it in until it is withdrawn', async () => {
    const identifier = `nerves-${randomUUID()}`;
    const { id } = await enrol(identifier);
    const credential = await secretFor(id);
    expect(credential.key).toMatch(/^nhd_/);
    const device = boot(identifier, credential);
    await joined(device);
    const view = await eventually(() => mooring.api.device('nerveshub', identifier));
    expect(view).toMatchObject({ id, presence: { online: true } });
    expect(device.seen.violations).toEqual([]);
    const path = `/v1/devices/${id}/credentials/${credential.id}`;
    expect((await mooring.api.call('DELETE', path)).status).toBe(204);
    await device.seen.until(() => device.seen.lastClose?.code === 1001, 'the close');
    await refusedWith(device, 401);
    const gone = async () => (await mooring.api.device('nerveshub', identifier))?.presence.online === false;
    await eventually(gone, { what: 'the device to be offline' });
  });

  it('has to be the right one, of that device, and to be shown', async () => {
    const identifier = `nerves-${randomUUID()}`;
    const { id } = await enrol(identifier);
    const { key, secret } = await secretFor(id);
    const other = await secretFor((await enrol(`nerves-${randomUUID()}`)).id);
    const wrong: readonly (SharedSecret | undefined)[] = [
      { key, secret: secret.toLowerCase() },
      { key: other.key, secret },
      other,
      undefined,
    ];
    for (const auth of wrong) {
      const device = boot(identifier, auth);
      await refusedWith(device, 401);
      expect(device.seen.connects).toBe(0);
      await device.close();
    }
  });

  it('gets in with a clock that is years behind, which the refusal corrects', async () => {
    const identifier = `nerves-${randomUUID()}`;
    const credential = await secretFor((await enrol(identifier)).id);
    const bootedAt = Date.now();
    const device = boot(identifier, credential, () => 1_577_836_800_000 + Date.now() - bootedAt);
    await joined(device);
    expect(device.seen.lastRefusal).toBe(401);
  });
});

describe("a product's key", () => {
  it('registers its devices at their first connection, and sends them away when it is withdrawn', async () => {
    const product = await make<Made>('/v1/products', { name: `product-${randomUUID()}` });
    const key = await make<Made>(`/v1/products/${product.id}/keys`, { name: 'first batch' });
    expect(key.key).toMatch(/^nhp_/);
    const names = [1, 2, 3].map((n) => `factory-${n}-${randomUUID()}`);
    const devices = names.map((name) => boot(name, key));
    await Promise.all(devices.map(joined));
    for (const name of names) {
      const view = await eventually(() => mooring.api.device('nerveshub', name));
      expect(view).toMatchObject({ kind: 'nerves', presence: { online: true } });
    }
    const path = `/v1/products/${product.id}/keys/${key.id}`;
    expect((await mooring.api.call('DELETE', path)).status).toBe(204);
    await Promise.all(devices.map((device) => refusedWith(device, 401)));
  });
});
