// Webhooks against a real receiver: signed, tried again, given up, sent again by hand, through restarts, and kept from inside.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@mooring/harness';
import type { telemetry } from '@mooring/proto';
import { uuidv7 } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeRule, meter } from './_alarms.js';
import { organization, startService, type TestService } from './_service.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let service: TestService;
let receiver: Server;
let base: string;
let answer: (response: ServerResponse, path: string) => void;
let received: Received[] = [];
let webhook: telemetry.Webhook;
let secret: string;
let number = 1_000n;
const mine = { organizationIds: [organization] };

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response, path);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  service = await startService({
    TELEMETRY_WEBHOOK_PRIVATE_NETWORKS: 'true',
    TELEMETRY_WEBHOOK_BACKOFF_S: '0,1',
  });
});
afterAll(async () => {
  await service?.stop();
  receiver.closeAllConnections();
  receiver.close();
});

beforeEach(async () => {
  received = [];
  answer = (response) => response.writeHead(204).end();
  ({ webhook, secret } = await make(`${base}/hook?a=b`));
});
afterEach(() => service.alarms.deleteWebhook({ ...mine, id: webhook.id }));

async function make(url: string, idempotencyKey = '') {
  const asked = { organizationId: organization, url, name: 'Office', idempotencyKey };
  const made = await service.alarms.createWebhook(asked);
  if (made.webhook === undefined) throw new Error('no webhook');
  return { webhook: made.webhook, secret: made.secret };
}

/** An alarm of a device of its own. */
async function raise(): Promise<ReturnType<typeof meter>> {
  const device = meter(service, ++number);
  await device.isWatchedBy(await makeRule(service, { number }));
  await device.says(150);
  await device.has('raised');
  return device;
}

async function deliveries(state = ''): Promise<readonly telemetry.WebhookDelivery[]> {
  const asked = { ...mine, webhookId: webhook.id, state, limit: 0, cursor: '' };
  return (await service.alarms.listDeliveries(asked)).items;
}

const ended = (state: string) =>
  eventually(async () => {
    const [delivery] = await deliveries();
    return delivery?.state === state && delivery;
  });

/** What a receiver does (Standard Webhooks, "Verifying"). */
function verify({ headers, body }: Received): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  const [version, signature = ''] = String(headers['webhook-signature']).split(',');
  return version === 'v1' && timingSafeEqual(Buffer.from(signature, 'base64'), expected);
}

describe('a delivery', () => {
  it('of each change of an alarm reaches the receiver, signed', async () => {
    const device = await raise();
    const [{ id = '' } = {}] = await device.alarms();
    await service.alarms.acknowledgeAlarm({ ...mine, id, actor: 'user:me' });
    await device.says(1);
    await eventually(() => received.length === 3);
    expect(received.every(verify)).toBe(true);
    expect(verify({ ...(received[0] as Received), body: '{}' })).toBe(false);
    const bodies = received.map(({ body }) => JSON.parse(body));
    const raised = bodies.find(({ type }) => type === 'alarm.raised');
    expect(raised).toEqual({
      type: 'alarm.raised',
      timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      data: {
        alarm: expect.objectContaining({ id, state: 'raised', value: 150, acknowledged_at: null }),
        rule: expect.objectContaining({ name: 'Too much', metric: 'power_w', threshold: 100, action: null }),
        device_id: device.id,
        organization_id: organization,
      },
    });
    const of = (type: string) => bodies.find((body) => body.type === type)?.data.alarm;
    expect(of('alarm.acknowledged')).toMatchObject({ id, acknowledged_by: 'user:me' });
    expect(of('alarm.cleared')).toMatchObject({ id, state: 'cleared', cleared_by: null });
    expect(received[0]).toMatchObject({ path: '/hook?a=b', headers: { 'content-type': 'application/json' } });
    await eventually(async () => (await deliveries('delivered')).length === 3);
    expect(await deliveries('delivered')).toMatchObject(
      [1, 2, 3].map(() => ({ attempts: 1, lastStatus: 204, lastError: '' })),
    );
  });

  it('that fails is made again under the same id, each time signed anew', async () => {
    answer = (response) => response.writeHead(received.length < 3 ? 500 : 200).end();
    await raise();
    const delivery = await ended('delivered');
    expect(delivery).toMatchObject({ attempts: 3, lastStatus: 200, event: 'alarm.raised' });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([1, 2, 3].map(() => delivery.id));
    expect(received.every(verify)).toBe(true);
  });

  it('that fails too often is dead, and is sent again when somebody says so', async () => {
    answer = (response) => response.writeHead(503).end();
    await raise();
    const dead = await ended('dead');
    expect(dead).toMatchObject({ attempts: 3, lastStatus: 503, lastError: 'answered 503' });
    expect((await deliveries('dead')).map(({ id }) => id)).toEqual([dead.id]);
    answer = (response) => response.writeHead(200).end();
    const asked = { ...mine, webhookId: webhook.id, id: dead.id };
    expect((await service.alarms.retryDelivery(asked)).delivery).toMatchObject({ state: 'waiting' });
    await ended('delivered');
    expect(received.at(-1)?.headers['webhook-id']).toBe(dead.id);
    await expect(service.alarms.retryDelivery(asked)).rejects.toMatchObject({ code: 'conflict' });
    const unknown = service.alarms.retryDelivery({ ...asked, id: uuidv7() });
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
    const foreign = service.alarms.retryDelivery({ ...asked, organizationIds: [uuidv7()] });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
  });

  it('to one who is gone is dead at once', async () => {
    answer = (response) => response.writeHead(410).end();
    await raise();
    expect(await ended('dead')).toMatchObject({ attempts: 1, lastStatus: 410 });
  });

  it('follows no redirect', async () => {
    answer = (response) => response.writeHead(307, { location: `${base}/elsewhere` }).end();
    await raise();
    expect(await ended('dead')).toMatchObject({ lastStatus: 307 });
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/hook?a=b']));
  });

  it('reads no more of an answer than it must', async () => {
    let closed = 0;
    answer = (response) => {
      response.on('close', () => closed++);
      response.writeHead(200).write('x'.repeat(2_000));
    };
    await raise();
    await ended('delivered');
    await eventually(() => closed === 1);
  });

  it('waits ten seconds for an answer', async () => {
    answer = (response, path) => (path && received.length === 1 ? undefined : response.writeHead(200).end());
    await raise();
    const delivery = await eventually(
      async () => {
        const [found] = await deliveries('delivered');
        return found;
      },
      { withinMs: 20_000 },
    );
    expect(delivery).toMatchObject({ attempts: 2 });
  }, 30_000);

  it('survives a restart', async () => {
    answer = (response) => response.writeHead(500).end();
    await raise();
    await eventually(() => received.length > 0);
    await service.restart();
    answer = (response) => response.writeHead(200).end();
    const delivery = await eventually(async () => {
      const [found] = await deliveries();
      if (found?.state === 'dead')
        await service.alarms.retryDelivery({ ...mine, webhookId: webhook.id, id: found.id });
      return found?.state === 'delivered' && found;
    });
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.id]));
  });

  it('leaves a receiver no more than four at once, and others theirs', async () => {
    const other = await make(`${base}/other`);
    const held: ServerResponse[] = [];
    answer = (response, path) => {
      if (path === '/other') response.writeHead(200).end();
      else held.push(response);
    };
    const device = await raise();
    for (let round = 0; round < 4; round++) await device.says(1, 150);
    const others = () => received.filter(({ path }) => path === '/other').length;
    await eventually(() => others() === 9);
    expect(held).toHaveLength(4);
    answer = (response) => response.writeHead(200).end();
    for (const response of held) response.writeHead(200).end();
    await eventually(async () => (await deliveries('delivered')).length === 9);
    await service.alarms.deleteWebhook({ ...mine, id: other.webhook.id });
  });
});

describe('a webhook', () => {
  it('is made once for a repeated request, which is shown the same secret', async () => {
    const key = uuidv7();
    const first = await make(`${base}/once`, key);
    expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await make(`${base}/once`, key)).toEqual(first);
    const other = make(`${base}/other`, key);
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
    const { items } = await service.alarms.listWebhooks({ ...mine, limit: 0, cursor: '' });
    expect(items).toEqual([webhook, first.webhook]);
    const rows = await service.sql.query('SELECT sealed_secret FROM webhook WHERE id = $1', [
      first.webhook.id,
    ]);
    const plain = Buffer.from(first.secret.slice('whsec_'.length), 'base64');
    expect(rows.rows[0].sealed_secret.includes(plain)).toBe(false);
    await service.alarms.deleteWebhook({ ...mine, id: first.webhook.id });
    const gone = service.alarms.getWebhook({ ...mine, id: first.webhook.id });
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each(['ftp://a.test', 'http://me:secret@a.test'])('does not go to %s', async (url) => {
    await expect(make(url)).rejects.toMatchObject({ code: 'invalid', details: [{ field: 'url' }] });
  });

  it('is one of twenty at most', async () => {
    const organizationId = uuidv7();
    const asked = { organizationId, url: base, name: '', idempotencyKey: '' };
    for (let count = 0; count < 20; count++) await service.alarms.createWebhook(asked);
    await expect(service.alarms.createWebhook(asked)).rejects.toMatchObject({ code: 'exhausted' });
  });
});

describe('without private networks', () => {
  let outside: TestService;
  beforeAll(async () => {
    outside = await startService({ TELEMETRY_WEBHOOK_BACKOFF_S: '600' });
  });
  afterAll(() => outside?.stop());

  it('nothing inside is reached, by address or by name', async () => {
    const { port } = receiver.address() as AddressInfo;
    const urls = [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
    ];
    const ids: string[] = [];
    for (const url of urls) {
      const asked = { organizationId: organization, url, name: '', idempotencyKey: '' };
      ids.push((await outside.alarms.createWebhook(asked)).webhook?.id ?? '');
    }
    const device = meter(outside, 1n);
    await device.isWatchedBy(await makeRule(outside, { number: 1n }));
    await device.says(150);
    for (const webhookId of ids) {
      const delivery = await eventually(async () => {
        const asked = { ...mine, webhookId, state: '', limit: 0, cursor: '' };
        const [found] = (await outside.alarms.listDeliveries(asked)).items;
        return found !== undefined && found.attempts === 1 && found;
      });
      expect(delivery).toMatchObject({ state: 'waiting', lastStatus: 0 });
      expect(delivery.lastError).toContain('private');
    }
    expect(received).toEqual([]);
  });
});
