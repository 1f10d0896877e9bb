// Client certificates through real TLS fronts, nginx and HAProxy, with their configuration of infra/tls-front.
import {
  eventually,
  type TestAuthority,
  type TestCertificate,
  type TestTlsFront,
  testAuthority,
  testTlsFront,
} from '@mooring/harness';
import { Fault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialling, dial, join } from './_device-tls.js';
import { startTestStack, type TestStack } from './_stack.js';

const HEADER = 'x-client-cert';
const REASON = 'no certificate pair or shared secrets connection settings were provided';
const EXPIRED = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };

let mooring: TestStack;
let factory: TestAuthority;
let stranger: TestAuthority;
let productId: string;

beforeAll(async () => {
  const env = { EDGE_TRUSTED_PROXIES: '127.0.0.1/32', EDGE_CLIENT_CERT_HEADER: HEADER };
  mooring = await startTestStack({ edges: 1, deviceAuth: 'credentials', env });
  [factory, stranger] = await Promise.all([testAuthority('Factory'), testAuthority('Stranger')]);
  productId = (await make<{ id: string }>('/v1/products', { name: 'front' })).id;
  const { san } = await make<{ san: string }>('/v1/ca-certificates/verification', {});
  const proof = await factory.issue({ commonName: 'verification', uris: [san] });
  const provisioning = { product_id: productId, tags: ['front'], description: 'Kiosk' };
  await make('/v1/ca-certificates', { certificate: factory.pem, verification: proof.pem, provisioning });
});
afterAll(() => mooring?.stop());

async function make<T>(path: string, request: object): Promise<T> {
  const { status, body } = await mooring.api.call('POST', path, request);
  expect(status, JSON.stringify(body)).toBe(201);
  return body as T;
}

const edge = (): string => mooring.edges[0] ?? '';

describe.each(['nginx', 'haproxy'] as const)('behind %s, a device', (kind) => {
  let front: TestTlsFront | undefined;
  let why = '';
  let number = 0;
  beforeAll(async () => {
    const certificate = await stranger.issue({ commonName: 'front', hosts: ['127.0.0.1'] });
    try {
      front = await testTlsFront(kind, { edge: new URL(edge()).host, header: HEADER, certificate });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
      why = `nothing went through ${kind}: ${error.message}`;
    }
  });
  afterAll(() => front?.stop());

  const through = (certificate: TestCertificate | undefined, more: Dialling = {}) =>
    dial(`wss://127.0.0.1:${front?.port}`, { ...more, ...(certificate && { certificate }) });
  const newName = (): string => `${kind}-${++number}`;

  /** Whoever is let in joins, and is online under the name. */
  async function admitted(name: string, certificate: TestCertificate) {
    const { status, socket } = await through(certificate);
    expect(status).toBe(101);
    expect(await join(socket)).toBe('ok');
    const device = await eventually(async () => {
      const found = await mooring.api.device('nerveshub', name);
      return found?.presence.online ? found : undefined;
    });
    socket.terminate();
    return device;
  }
  async function refusedWith(certificate: TestCertificate | undefined, more: Dialling = {}) {
    const { status, reason, dated } = await through(certificate, more);
    expect([status, dated]).toEqual([401, true]);
    return reason;
  }

  it('comes in with a certificate that is known, whatever its dates and issuer', async ({ skip }) => {
    if (front === undefined) return skip(why);
    const identifier = newName();
    const { id } = await make<{ id: string }>('/v1/devices', { dialect: 'nerveshub', identifier });
    for (const dates of [{}, EXPIRED]) {
      const certificate = await stranger.issue({ commonName: identifier, ...dates });
      await make(`/v1/devices/${id}/credentials`, { type: 'certificate', certificate: certificate.pem });
      expect((await admitted(identifier, certificate)).id).toBe(id);
    }
  });

  it('is registered by its first certificate of a CA that provisions, and renews with the same key', async ({
    skip,
  }) => {
    if (front === undefined) return skip(why);
    const commonName = newName();
    const first = await factory.issue({ commonName });
    const device = await admitted(commonName, first);
    expect(device).toMatchObject({ name: 'Kiosk', tags: ['front'] });
    const renewed = await factory.issue({ commonName, keys: first.keys });
    expect((await admitted(commonName, renewed)).id).toBe(device.id);
    expect(await refusedWith(await factory.issue({ commonName }))).toBeUndefined();
    expect(await refusedWith(await factory.issue({ commonName: newName(), ...EXPIRED }))).toBeUndefined();
    const listed = await mooring.api.get<{ items: { type: string; certificate: object }[] }>(
      `/v1/devices/${device.id}/credentials`,
    );
    expect(listed.items.map(({ type }) => type)).toEqual(['certificate', 'certificate']);
  });

  it('is refused with a certificate of a CA that nobody registered', async ({ skip }) => {
    if (front === undefined) return skip(why);
    expect(await refusedWith(await stranger.issue({ commonName: newName() }))).toBeUndefined();
  });

  it('is told what is missing when it has none', async ({ skip }) => {
    if (front === undefined) return skip(why);
    expect(await refusedWith(undefined)).toBe(REASON);
  });

  it('is believed no certificate that it names itself', async ({ skip }) => {
    if (front === undefined) return skip(why);
    const commonName = newName();
    const known = await factory.issue({ commonName });
    const values = [encodeURIComponent(known.pem), known.der.toString('base64')];
    const own = await stranger.issue({ commonName: newName() });
    for (const value of values) {
      const headers = { [HEADER]: value };
      expect(await refusedWith(undefined, { headers })).toBe(REASON);
      expect(await refusedWith(own, { headers })).toBeUndefined();
    }
    // Believed, the certificate would have registered its device.
    expect(await mooring.api.device('nerveshub', commonName)).toBeUndefined();
  });

  it('comes in with a certificate of several kilobytes', async ({ skip }) => {
    if (front === undefined) return skip(why);
    const commonName = newName();
    const uris = Array.from({ length: 10 }, (_, index) => `urn:example:${index}:${'x'.repeat(150)}`);
    await admitted(commonName, await factory.issue({ commonName, uris }));
  });
});

describe('whoever is no front', () => {
  it('is believed no certificate', async () => {
    const known = await factory.issue({ commonName: 'direct-1' });
    const headers = { [HEADER]: known.der.toString('base64') };
    const outside = await dial(edge(), { headers, localAddress: '127.0.0.2' });
    expect([outside.status, outside.reason]).toEqual([401, REASON]);
    const inside = await dial(edge(), { headers });
    expect(inside.status).toBe(101);
    inside.socket.terminate();
  });
});
