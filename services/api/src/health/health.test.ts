// What /healthz says of parts that are ready, unready, silent or not there.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { healthOf, partUrls } from './health.js';

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

/** The URL of a part that answers like this. */
async function part(status: number, body: object): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`;
}

it('names every part, and why one is down', async () => {
  const ready = await part(200, { state: 'ready' });
  const checks = { postgres: { state: 'failing', detail: 'secret' }, nats: { state: 'ok' } };
  const failing = await part(503, { state: 'ready', checks });
  const starting = await part(503, { state: 'starting' });
  const urls = partUrls(
    `edge-1=${ready},registry=${failing},telemetry=${starting},api=http://127.0.0.1:1/readyz`,
  );
  expect(await healthOf(urls, { connected: true }).report()).toEqual({
    state: 'degraded',
    parts: {
      'edge-1': { state: 'ok' },
      registry: { state: 'down', detail: 'postgres' },
      telemetry: { state: 'down', detail: 'starting' },
      api: { state: 'down', detail: 'no answer' },
      nats: { state: 'ok' },
    },
  });
});

it('is well when every part is, and counts the bus as one', async () => {
  const urls = partUrls(`edge-1=${await part(200, {})}`);
  expect((await healthOf(urls, { connected: true }).report()).state).toBe('ok');
  expect((await healthOf(urls, { connected: false }).report()).parts['nats']?.state).toBe('down');
});

it('refuses a list that it cannot read', () => {
  expect(() => partUrls('registry=http://r/readyz,nonsense')).toThrow('nonsense');
});
