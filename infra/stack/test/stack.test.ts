// The command behind `npm start`, as a person uses it: started, refused twice, hurt, stopped, started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePorts } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_MS = 60_000;

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

let directory: string;
let ports: number[];
const started: Running[] = [];

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'mooring-stack-test-'));
  ports = await freePorts(2);
});
afterAll(async () => {
  for (const { child, exited } of started) {
    child.kill('SIGTERM');
    await exited;
  }
  rmSync(directory, { recursive: true, force: true });
});

function start(): Running {
  const [edge = 0, api = 0] = ports;
  const where = ['--data', directory, '--edge-port', String(edge), '--api-port', String(api)];
  const child = spawn(process.execPath, [program, ...where, '--no-demo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const running = { child, output: () => output, exited };
  started.push(running);
  return running;
}

const file = () => JSON.parse(readFileSync(path.join(directory, 'stack.json'), 'utf8'));
const ready = (stack: Running) =>
  eventually(() => /^ready /m.test(stack.output()), {
    withinMs: START_MS,
    what: `ready in: ${stack.output()}`,
  });
const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function call(method: string, route: string, body?: object): Promise<{ status: number; body: never }> {
  const { api, owner } = file();
  const response = await fetch(`${api}${route}`, {
    method,
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as never };
}

it('starts, refuses a second one, mends a dead part, stops cleanly and finds everything again', {
  timeout: 240_000,
}, async () => {
  const first = start();
  await ready(first);
  const { pids, owner, edges, api, nats, postgres, firmware } = file();
  expect(owner).toMatchObject({ email: 'owner@example.com', token: expect.any(String) });
  expect([edges[0], api, nats, postgres, firmware].map((url) => new URL(url).hostname)).toEqual(
    Array(5).fill('127.0.0.1'),
  );
  expect((await call('POST', '/v1/devices', { dialect: 'camera', identifier: 'cam-kept' })).status).toBe(201);

  const second = start();
  expect(await second.exited).toBe(1);
  expect(second.output()).toMatch(/already runs on .*Stop it, or give another --data/s);

  process.kill(pids.telemetry, 'SIGKILL');
  await eventually(() => file().pids.telemetry !== pids.telemetry, { withinMs: START_MS });
  expect(first.output()).toContain('telemetry ended with SIGKILL; starting it again');
  expect((await call('GET', '/healthz')).body).toMatchObject({ state: 'ok' });

  const last = Object.entries<number>(file().pids).filter(([name]) => name !== 'supervisor');
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(last.filter(([, pid]) => lives(pid))).toEqual([]);
  expect(existsSync(path.join(directory, 'stack.json'))).toBe(false);

  const beganMs = Date.now();
  const again = start();
  await ready(again);
  expect(Date.now() - beganMs).toBeLessThan(START_MS);
  const { items } = (await call('GET', '/v1/devices')).body as { items: { identifier: string }[] };
  expect(items.map(({ identifier }) => identifier)).toEqual(['cam-kept']);

  const left = Object.entries<number>(file().pids).filter(([name]) => name !== 'supervisor');
  again.child.kill('SIGKILL');
  await again.exited;
  const third = start();
  await ready(third);
  expect(left.filter(([, pid]) => lives(pid))).toEqual([]);
  expect(file().pids.telemetry).not.toBe(Object.fromEntries(left)['telemetry']);
});
