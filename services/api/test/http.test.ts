// What holds for every route: who may ask, how requests are refused, what answers look like.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, ask } from './_client.js';
import { device, deviceId, knowing, organization, organizationId, userId } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

let api: Platform;
const made: registry.CreateOrganizationRequest[] = [];
const changed: registry.UpdateOrganizationRequest[] = [];
const logins: registry.LoginRequest[] = [];

const answers = {
  registry: {
    ...knowing,
    createOrganization: unary(async (request: registry.CreateOrganizationRequest) => {
      made.push(request);
      return { organization };
    }),
    updateOrganization: unary(async (request: registry.UpdateOrganizationRequest) => {
      changed.push(request);
      return { organization: { ...organization, tariffJson: request.tariffJson ?? '' } };
    }),
    login: unary(async (request: registry.LoginRequest) => {
      logins.push(request);
      throw new Fault('unauthenticated', 'wrong e-mail address or password');
    }),
    updateDevice: unary(async () => {
      throw new Fault('forbidden', 'this needs the role operator');
    }),
    createDevice: unary(async () => {
      throw new Fault('conflict', 'this identifier is taken');
    }),
    listAudit: unary(async () => {
      throw new TypeError('a bug, at /secret/path');
    }),
    getJwks: unary(async () => ({ jwksJson: '{"keys":[{"kid":"1"}]}' })),
  },
};

beforeAll(async () => {
  api = await platform(answers, {
    API_BODY_LIMIT_BYTES: '2048',
    API_CORS_ORIGINS: 'https://console.example.test',
  });
});
afterAll(() => api?.stop());

const at = (where: string, options: Ask = {}) => ask(api.base, where, options);
const owner = { token: 'owner' };

describe('the documentation', () => {
  it('is OpenAPI 3.1, names the access of every route, and can be read', async () => {
    const { status, body } = await at('GET /openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.values<Record<string, object>>(body.paths).flatMap((path) =>
      Object.values(path),
    );
    expect(operations.length).toBeGreaterThanOrEqual(38);
    for (const operation of operations) {
      expect(operation).toMatchObject({ 'x-who': expect.stringMatching(/^(public|principal|platform)$/) });
      expect(operation).toHaveProperty('summary');
      expect(operation).toHaveProperty(['responses', 'default']);
    }
    const page = await at('GET /docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('lists no route that lets a stranger in without saying so', async () => {
    const { body } = await at('GET /openapi.json');
    for (const [path, operations] of Object.entries<Record<string, Record<string, unknown>>>(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const where = `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, deviceId)}`;
        if (operation['x-who'] === 'public') continue;
        for (const token of [undefined, 'nonsense']) {
          const { status, headers, body: problem } = await at(where, token === undefined ? {} : { token });
          expect([where, status]).toEqual([where, 401]);
          expect(headers.get('www-authenticate')).toBe('Bearer');
          expect(problem).toMatchObject({ code: 'unauthenticated', status: 401 });
        }
      }
    }
  });
});

describe('a refusal', () => {
  it.each<[string, string, Ask, number, string]>([
    ['an unknown route', 'GET /v1/nothing', owner, 404, 'not_found'],
    [
      'a command of a type that there is not',
      `POST /v1/devices/${deviceId}/commands`,
      { ...owner, body: { type: 'explode' } },
      400,
      'invalid',
    ],
    ['an unknown id', `GET /v1/devices/${organizationId}`, owner, 404, 'not_found'],
    ['an impossible id', 'GET /v1/devices/nonsense', owner, 404, 'not_found'],
    ['a device of others', `GET /v1/devices/${deviceId}`, { token: 'homeless' }, 404, 'not_found'],
    ['broken JSON', 'POST /v1/organizations', { ...owner, body: '{"name":' }, 400, 'invalid'],
    ['no body', 'POST /v1/organizations', owner, 400, 'invalid'],
    ['a number for a name', 'POST /v1/organizations', { ...owner, body: { name: 5 } }, 400, 'invalid'],
    [
      'an unknown member',
      'POST /v1/organizations',
      { ...owner, body: { name: 'x', nmae: 1 } },
      400,
      'invalid',
    ],
    [
      'a poisoned body',
      'POST /v1/organizations',
      { ...owner, body: '{"__proto__":{},"name":"x"}' },
      400,
      'invalid',
    ],
    ['too long a list', 'GET /v1/devices?limit=501', owner, 400, 'invalid'],
    ['an unknown filter', 'GET /v1/devices?colour=red', owner, 400, 'invalid'],
    [
      'a time that is none',
      `GET /v1/devices/${deviceId}/readings?metric=power_w&from=now`,
      owner,
      400,
      'invalid',
    ],
    [
      'too long a body',
      'POST /v1/organizations',
      { ...owner, body: { name: 'x'.repeat(3000) } },
      413,
      'too_large',
    ],
    [
      'another kind of body',
      'POST /v1/organizations',
      { ...owner, body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    ['too low a role', `PATCH /v1/devices/${deviceId}`, { ...owner, body: { name: 'x' } }, 403, 'forbidden'],
    [
      'a scope that is missing',
      `GET /v1/devices/${deviceId}/readings/latest`,
      { token: 'confined' },
      403,
      'forbidden',
    ],
    ['what is for operators', 'GET /v1/dead-letters', owner, 403, 'forbidden'],
    [
      'what exists',
      'POST /v1/devices',
      { ...owner, body: { dialect: 'berg', identifier: 'x' } },
      409,
      'conflict',
    ],
    ['a bug', 'GET /v1/audit', owner, 500, 'internal'],
    ['what a service does not know', 'GET /v1/me', owner, 500, 'internal'],
  ])('of %s is a problem document', async (_, where, options, status, code) => {
    const { headers, body, ...answer } = await at(where, options);
    expect(answer.status).toBe(status);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: expect.stringMatching(/^urn:/),
      status,
      code,
      title: expect.any(String),
    });
    expect(body.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('names every field at once', async () => {
    const { body } = await at('POST /v1/auth/register', { body: { email: 'x', colour: 'red' } });
    const fields = body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(['email', 'password', 'colour']));
  });

  it('of bytes that are not HTTP is one too', async () => {
    const { connect } = await import('node:net');
    const socket = connect(Number(new URL(api.base).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*"code":"invalid"/);
  });
});

describe('what is passed on', () => {
  it('is the idempotency key', async () => {
    const headers = { 'idempotency-key': 'once-1' };
    const { status } = await at('POST /v1/organizations', { ...owner, body: { name: 'New' }, headers });
    expect(status).toBe(201);
    expect(made.at(-1)).toMatchObject({ name: 'New', idempotencyKey: 'once-1', principal: { userId } });
  });

  it('is the address, and no header that claims another one', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const body = { email: 'a@example.test', password: 'wrong' };
    const { status } = await at('POST /v1/auth/login', { body, headers });
    expect(status).toBe(401);
    expect(logins.at(-1)?.remoteAddress).toBe('127.0.0.1');
  });

  it('is a tariff, a null one as none, and an absent one not at all', async () => {
    const where = `PATCH /v1/organizations/${organizationId}`;
    const tariff = { currency: 'EUR', price_per_kwh: 0.31 };
    const { body } = await at(where, { ...owner, body: { tariff } });
    expect(body.tariff).toEqual(tariff);
    expect((await at(where, { ...owner, body: { tariff: null } })).body.tariff).toBeNull();
    await at(where, { ...owner, body: { name: 'x' } });
    expect(changed.map(({ tariffJson }) => tariffJson)).toEqual([JSON.stringify(tariff), '', undefined]);
    const wrong = { currency: 'euro', price_per_kwh: -1 };
    expect((await at(where, { ...owner, body: { tariff: wrong } })).status).toBe(400);
    const band = { days: [6, 8], from: '22:00', to: '06:05', price_per_kwh: 0.2 };
    const unclear = await at(where, { ...owner, body: { tariff: { ...tariff, bands: [band] } } });
    expect(unclear.status).toBe(400);
    const fields = (unclear.body.errors as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['tariff.bands.0.days.1', 'tariff.bands.0.to']));
  });
});

describe('an answer', () => {
  it('shows a device as documented', async () => {
    const { status, body } = await at(`GET /v1/devices/${deviceId}`, owner);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: deviceId,
      dialect: 'kinetid',
      identifier: '000d6f000273ce0b',
      name: 'Kettle',
      tags: ['kitchen'],
      kind: 'plug',
      parent_id: null,
      organization_id: organizationId,
      profile: { model: 'A1' },
      presence: {
        online: true,
        since: '2023-11-14T22:13:20.000Z',
        last_seen: '2023-11-14T22:14:20.000Z',
        edge: 'edge-1',
        epoch: 5,
        remote_address: null,
        reason: null,
      },
      state: {
        desired: { on: true },
        reported: { on: false },
        delta: { on: true },
        versions: { desired: 3 },
      },
      firmware: null,
      created_at: '2023-11-14T22:13:20.000Z',
    });
    const list = await at('GET /v1/devices?limit=500&online=true', owner);
    expect(list.body).toEqual({ items: [body], next_cursor: null });
  });

  it('has a tag for the state, which spares sending it again', async () => {
    const where = `GET /v1/devices/${device.id}/state`;
    const { headers, body } = await at(where, owner);
    expect(body.delta).toEqual({ on: true });
    const known = { 'if-none-match': headers.get('etag') ?? '' };
    expect((await at(where, { ...owner, headers: known })).status).toBe(304);
    expect((await at(where, { ...owner, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('keeps browsers from doing more with it than reading it', async () => {
    const { headers } = await at('GET /v1/devices', owner);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.has('x-powered-by')).toBe(false);
  });

  it('is shared with the origins that are allowed, and no other', async () => {
    const from = (origin: string, method = 'GET') =>
      at(`${method} /v1/devices`, { headers: { origin, 'access-control-request-method': 'GET' } });
    const allowed = await from('https://console.example.test', 'OPTIONS');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://console.example.test');
    const other = await from('https://elsewhere.example.test');
    expect(other.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('gives the public keys to anybody', async () => {
    const { status, body } = await at('GET /.well-known/jwks.json');
    expect([status, body]).toEqual([200, { keys: [{ kid: '1' }] }]);
  });
});
