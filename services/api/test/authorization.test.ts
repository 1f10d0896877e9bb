// Every route against the real services: strangers, other organizations, too low a role, and whoever may.
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { table } from './_authorization.js';
import { registrationOf } from './_authorization-certificates.js';
import type { Row, Things } from './_authorization-row.js';
import { ask, listen } from './_client.js';
import { type Everything, everything } from './_everything.js';
import { fixture } from './_firmware.js';

const OPERATOR = 'operator@example.test';
let platform: Everything;
let document: { paths: Record<string, Record<string, Operation>> };
let things: Things;
const tokens = { owner: '', outsider: '', viewer: '', operator: '' };

interface Operation {
  readonly 'x-who': string;
  readonly 'x-role'?: string;
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

async function make(where: string, body: unknown, token?: string, status = 201) {
  const answer = await ask(platform.base, where, token === undefined ? { body } : { body, token });
  expect([where, answer.status, answer.body]).toEqual([where, status, answer.body]);
  return answer.body;
}

const register = (email: string) => make('POST /v1/auth/register', { email, password: 'correct horse' });

beforeAll(async () => {
  platform = await everything(OPERATOR);
  const owner = await register('owner@example.test');
  const organization: string = owner.organization.id;
  const member = await register('member@example.test');
  tokens.owner = owner.token;
  tokens.outsider = (await register('outsider@example.test')).token;
  tokens.operator = (await register(OPERATOR)).token;
  const viewer = { name: 'viewer', role: 'viewer', organization_id: organization };
  tokens.viewer = (await make('POST /v1/api-keys', viewer, owner.token)).secret;
  const spare = await make('POST /v1/api-keys', { ...viewer, name: 'spare' }, owner.token);
  const device = await make(
    'POST /v1/devices',
    { dialect: 'kinetid', identifier: '000d6f000273ce0b' },
    owner.token,
  );
  const credential = await make(`POST /v1/devices/${device.id}/credentials`, { type: 'token' }, owner.token);
  const print = await make(
    'POST /v1/devices',
    { dialect: 'berg', identifier: '000d6f000273ce0b', kind: 'printer' },
    owner.token,
  );
  const camera = await make('POST /v1/devices', { dialect: 'camera', identifier: 'first-cam' }, owner.token);
  const at = `POST /v1/devices/${device.id}`;
  const command = await make(`${at}/commands`, { type: 'switch', on: false }, owner.token, 202);
  // berg.md 5.3: the code of a printer that is not there.
  const claim = await make('POST /v1/claims', { code: '6xwh-441j-8115-zyrh' }, owner.token);
  const printKey = await make(`POST /v1/devices/${print.id}/print-keys`, {}, owner.token);
  const inAnHour = { device_id: device.id, on: true, in_s: 3_600 };
  const schedule = await make('POST /v1/schedules', inAnHour, owner.token);
  const alarmRule = await make(
    'POST /v1/alarm-rules',
    { device_id: device.id, metric: 'power_w', condition: 'silence', for_s: 60 },
    owner.token,
  );
  const webhook = await make('POST /v1/webhooks', { url: 'https://hook.example.test/first' }, owner.token);
  const key = { name: 'demo-key', public_key: fixture('demo-key.pub').toString() };
  const firmwareKey = await make('POST /v1/firmware-keys', key, owner.token);
  const firmware = await make('POST /v1/firmware', fixture('demo-1.0.0.fw'), owner.token);
  const archive = await make('POST /v1/archives', fixture('demo-1.0.0.fw'), owner.token);
  const first = { name: 'first', product: 'demo', firmware_uuid: firmware.uuid, is_active: true };
  const deploymentGroup = await make('POST /v1/deployment-groups', first, owner.token);
  const product = await make('POST /v1/products', { name: 'Clock' }, owner.token);
  const productKey = await make(`POST /v1/products/${product.id}/keys`, {}, owner.token);
  const { san } = await make('POST /v1/ca-certificates/verification', {}, owner.token);
  const ca = await registrationOf('First', san);
  const caCertificate = await make('POST /v1/ca-certificates', ca, owner.token);
  things = {
    caCertificate: caCertificate.id,
    caRegistration: await registrationOf('Second', san),
    organization,
    firmware: firmware.uuid,
    archive: archive.uuid,
    deploymentGroup: deploymentGroup.id,
    firmwareKey: firmwareKey.id,
    product: product.id,
    productKey: productKey.id,
    alarmRule: alarmRule.id,
    webhook: webhook.id,
    device: device.id,
    printer: print.id,
    camera: camera.id,
    command: command.id,
    claim: claim.id,
    printKey: printKey.id,
    printSecret: printKey.secret,
    schedule: schedule.id,
    apiKey: spare.id,
    credential: credential.id,
    user: member.user.id,
    email: 'owner@example.test',
  };
  document = (await ask(platform.base, 'GET /openapi.json')).body;
});
afterAll(() => platform?.stop());

function operationOf(row: Row): Operation | undefined {
  const [method = '', path = ''] = row.route.split(' ');
  return document.paths[path]?.[method.toLowerCase()];
}

function request(row: Row): { where: string; body?: unknown } {
  const [method, path] = row.route.split(' ');
  const where = `${method} ${row.path?.(things) ?? path}`;
  return row.body === undefined ? { where } : { where, body: row.body(things) };
}

async function statusFor(row: Row, token?: string): Promise<number> {
  const { where, ...more } = request(row);
  if (!row.stream)
    return (await ask(platform.base, where, { ...more, ...(token === undefined ? {} : { token }) })).status;
  const stream = await listen(platform.base, where.split(' ')[1] ?? '', token);
  stream.leave();
  await stream.ended;
  return stream.status;
}

describe('the table', () => {
  it('has a row for every route of the OpenAPI document, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(table.map(({ route }) => route).sort()).toEqual(documented.sort());
  });

  it.each(table)('agrees with what $route declares', (row) => {
    const operation = operationOf(row);
    const needsRole = operation?.['x-role'] !== undefined && operation['x-role'] !== 'viewer';
    expect(operation?.['x-who'] === 'public').toBe(row.open === true);
    expect(needsRole).toBe(row.viewer !== undefined);
    if (row.route.includes('{') && operation?.['x-who'] === 'principal') expect(row.outsider).toBe(404);
  });
});

describe('a stranger', () => {
  it.each(table.filter((row) => !row.open))('gets 401 for $route', async (row) => {
    expect(await statusFor(row)).toBe(401);
    expect(await statusFor(row, 'mk_nonsense')).toBe(401);
  });
});

describe('another organization', () => {
  it.each(table.filter((row) => row.outsider))('gets 404 for $route', async (row) => {
    expect(await statusFor(row, tokens.outsider)).toBe(404);
  });
});

describe('a viewer', () => {
  it.each(table.filter((row) => row.viewer))('gets $viewer for $route', async (row) => {
    expect(await statusFor(row, tokens.viewer)).toBe(row.viewer);
  });
});

describe('an owner', () => {
  it.each(['GET /v1/dead-letters', 'DELETE /v1/dead-letters/1'])(
    'is no operator: 403 for %s',
    async (where) => {
      expect((await ask(platform.base, where, { token: tokens.owner })).status).toBe(403);
    },
  );
});

describe('a key with one scope', () => {
  it.each([
    ['telemetry:read', '/readings/latest', '/log'],
    ['firmware:read', '/updates', '/readings/latest'],
    ['devices:read', '/log', '/energy'],
  ])('%s gets %s of a device and not %s', async (scope, may, mayNot) => {
    const body = { name: scope, scopes: [scope], organization_id: things.organization };
    const { secret } = await make('POST /v1/api-keys', body, tokens.owner);
    const at = (rest: string) =>
      ask(platform.base, `GET /v1/devices/${things.device}${rest}`, { token: secret });
    expect((await at(may)).status).toBe(200);
    expect((await at(mayNot)).status).toBe(403);
  });
});

describe('whoever may', () => {
  it.each(table)('gets $success for $route, in the documented shape', async (row) => {
    const operation = operationOf(row);
    const token = operation?.['x-who'] === 'platform' ? tokens.operator : tokens.owner;
    if (row.stream) return expect(await statusFor(row, token)).toBe(row.success);
    const { where, ...more } = request(row);
    const { status, body } = await ask(platform.base, where, { ...more, ...(row.open ? {} : { token }) });
    expect([status, status === row.success ? '' : body]).toEqual([row.success, '']);
    const schema = operation?.responses[String(status)]?.content?.['application/json']?.schema;
    if (schema === undefined || status === 204) return;
    expect(Compile(schema).Errors(body)).toEqual([true, []]);
  });
});
