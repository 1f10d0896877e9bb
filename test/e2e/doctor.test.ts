// `npm run doctor` finds nothing wrong with a stack that is well, and names what is wrong with one that is not.
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { eventually, freePort } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from './_collector.js';
import { startTestStack, type TestStack } from './_stack.js';

const root = path.resolve(import.meta.dirname, '../..');
const DOCTOR_MS = 100_000;

let mooring: TestStack;
let collector: Collector;
let jaeger: Server;
let traces: string;
beforeAll(async () => {
  collector = await startCollector();
  jaeger = createServer((request, response) => {
    const id = /^\/api\/traces\/([0-9a-f]{32})$/.exec(request.url ?? '')?.[1];
    const found = collector.spans.filter(({ traceId }) => traceId === id);
    response.statusCode = found.length > 0 ? 200 : 404;
    response.end(
      JSON.stringify({ data: [{ traceID: id, spans: found.map(({ spanId }) => ({ spanID: spanId })) }] }),
    );
  });
  await new Promise<void>((resolve) => jaeger.listen(0, '127.0.0.1', resolve));
  traces = `http://127.0.0.1:${(jaeger.address() as AddressInfo).port}`;
  mooring = await startTestStack({
    edges: 1,
    deviceAuth: 'enrolled',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
});
afterAll(async () => {
  await mooring?.stop();
  jaeger?.close();
  await collector?.stop();
});

interface Told {
  readonly code: number;
  readonly text: string;
}

/** As a person starts it. */
function doctor(...args: readonly string[]): Promise<Told> {
  const script = path.join(root, 'tools/doctor/main.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@mooring/source', '--import', 'tsx', script, ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, text })));
}

const all = (): readonly string[] => [
  ...['--url', mooring.file.api, '--edge', mooring.edges[0] ?? ''],
  ...['--token', mooring.file.owner.token],
];
/** What is said of one thing. */
const said = ({ text }: Told, what: string): string =>
  text.split('\n').find((line) => line.slice(2).startsWith(`${what}:`)) ?? text;

describe('a stack that is well', () => {
  it(
    'is told so, to the last trace, and nothing is left of it',
    async () => {
      const told = await doctor(...all(), '--traces', traces);
      for (const dialect of ['kinetid', 'berg', 'camera', 'nerveshub'])
        expect(said(told, `a ${dialect} device`)).toMatch(/^✓ .* is online/);
      expect(said(told, 'a reading')).toMatch(/^✓/);
      expect(said(told, 'a command')).toMatch(/^✓/);
      expect(said(told, 'a trace')).toMatch(/^✓/);
      expect(told.text).not.toMatch(/^[✗?]/m);
      expect(told.code).toBe(0);
      const left = (await mooring.api.devices()).filter(({ identifier }) =>
        /doctor|23980009|d0c7/.test(identifier),
      );
      expect(left).toEqual([]);
    },
    DOCTOR_MS,
  );

  it(
    'has doors that are tried without a token, and no device comes of it',
    async () => {
      const told = await doctor(...all().slice(0, 4));
      expect(told.text).toContain('a door for kinetid');
      expect(told.text).not.toContain('✗');
      expect(told.code).toBe(0);
      expect(await mooring.api.devices()).toEqual([]);
    },
    DOCTOR_MS,
  );
});

describe('what is wrong', () => {
  it('is a call without an address', async () => {
    const told = await doctor();
    expect(told).toMatchObject({ code: 64, text: expect.stringContaining('--url is missing') });
  });

  it('is an API that is not there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const told = await doctor('--url', url, '--token', 'x');
    expect(said(told, 'the API')).toMatch(/^✗ .*does not answer \(ECONNREFUSED: nothing listens there/);
    expect(told.code).toBe(1);
  });

  it('is a token of nobody', async () => {
    const told = await doctor(...all().slice(0, 5), 'nobody');
    expect(said(told, 'the token')).toMatch(/^✗ .*401: the token is not valid/);
    expect(told.code).toBe(1);
  });

  it.each([
    [['--edge', '127.0.0.1:8000'], /--edge begins with ws/],
    [['--traces', 'jaeger:16686'], /--traces begins with http/],
    [['--token', 'secret\u0416'], /--token is empty, or has signs/],
  ])('is a call with %j', async (args, message) => {
    const told = await doctor('--url', mooring.file.api, ...args);
    expect(told).toMatchObject({ code: 64, text: expect.stringMatching(message) });
    expect(told.text).not.toMatch(/secret\u0416|^\s+at /m);
  });

  it(
    'is an edge that takes connections and says nothing, before any device is enrolled',
    async () => {
      const hole = createTcpServer((socket) => socket.on('error', () => undefined));
      await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
      try {
        const edge = `ws://127.0.0.1:${(hole.address() as AddressInfo).port}`;
        const told = await doctor(...all().slice(0, 2), ...all().slice(4), '--edge', edge);
        expect(said(told, 'the edge')).toMatch(/^✗ .*does not take connections .*says nothing/);
        expect(told.text).not.toContain('device:');
        expect(told.code).toBe(1);
      } finally {
        hole.close();
      }
    },
    DOCTOR_MS,
  );

  it('is an API that speaks no TLS, and an edge that is the API', async () => {
    const told = await doctor('--url', mooring.file.api.replace('http:', 'https:'), '--token', 'x');
    expect(said(told, 'the API')).toMatch(/^✗ .*does not speak TLS/);
    const other = await doctor(...all().slice(0, 2), ...all().slice(4), '--edge', mooring.file.api);
    expect(said(other, 'the edge')).toMatch(/^✗ .*404: there is no such path: is this an edge/);
    expect([told.code, other.code]).toEqual([1, 1]);
  });

  it('is an edge that is not there', async () => {
    const edge = `ws://127.0.0.1:${await freePort()}`;
    const told = await doctor('--url', mooring.file.api, '--edge', edge);
    expect(said(told, 'a door for camera')).toMatch(/^✗ .*does not take connections/);
    expect(told.code).toBe(1);
  });

  it(
    'is a trace that does not arrive, when the address is something else',
    async () => {
      const told = await doctor(...all(), '--traces', mooring.file.firmware, '--trace-within', '3');
      expect(said(told, 'a command')).toMatch(/^✓/);
      expect(said(told, 'a trace')).toMatch(/^✗/);
      expect(told.code).toBe(1);
    },
    DOCTOR_MS,
  );

  it(
    'is telemetry that stands still: devices connect, and nothing is stored',
    async () => {
      const pid = mooring.pid('telemetry');
      process.kill(pid, 'SIGSTOP');
      try {
        const told = await doctor(...all());
        expect(said(told, 'the API')).toMatch(/^✗ .*telemetry is down/);
        expect(said(told, 'a kinetid device')).toMatch(/^✓/);
        expect(said(told, 'a reading')).toMatch(/^✗/);
        expect(said(told, 'a command')).toMatch(/^✓/);
        expect(told.code).toBe(1);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await eventually(async () => (await fetch(`${mooring.file.api}/healthz`)).ok, { withinMs: 20_000 });
    },
    DOCTOR_MS,
  );
});
