// Checks a whole process from outside: its exit codes, its health, its stop and what it exports.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

type Line = Readonly<Record<string, unknown>>;

const FROM_SOURCE = ['--conditions=@mooring/source', '--import', 'tsx'];
const TRACED = ['--import', '@mooring/runtime/telemetry'];
const toy = fileURLToPath(new URL('_toy.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

class Toy {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #changed: (() => void)[] = [];
  readonly ended: Promise<number | null>;
  errors = '';

  constructor(env: Record<string, string>, flags: readonly string[] = [], node: readonly string[] = []) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [...FROM_SOURCE, ...node, toy, ...flags], {
      env: { PATH, ...env },
    });
    children.push(this.#child);
    this.#child.stderr?.on('data', (data) => {
      this.errors += String(data);
    });
    if (this.#child.stdout === null) throw new TypeError('no stdout');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const changed of this.#changed.splice(0)) changed();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve(code));
    });
  }

  get output(): string {
    return this.#lines.join('\n');
  }

  /** The first log line with this message, now or later; rejects when the process ends without it. */
  async logged(message: string): Promise<Line> {
    for (;;) {
      for (const line of this.#lines) {
        const parsed: Line = line.startsWith('{"') ? JSON.parse(line) : {};
        if (parsed['msg'] === message) return parsed;
      }
      const next = new Promise<void>((resolve) => this.#changed.push(resolve));
      const over = await Promise.race([next, this.ended.then(() => true)]);
      if (over && !this.output.includes(message))
        throw new Error(`ended without ${message}:\n${this.output}`);
    }
  }

  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}

const env = { TOY_SECRET: 'hunter2', TOY_HEALTH_PORT: '0', TOY_HEALTH_HOST: '127.0.0.1' };

describe('main', () => {
  test('serves its health, and stops cleanly on SIGTERM', async () => {
    const process = new Toy(env);
    const { port } = await process.logged('health server listens');
    await process.logged('ready');
    const readyz = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(readyz.status).toBe(200);
    expect(await readyz.json()).toEqual({ state: 'ready', checks: { always: { state: 'ok' } } });
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    expect(metrics.headers.get('content-type')).toContain('openmetrics');
    expect(await metrics.text()).toMatch(/# EOF\n$/);
    expect(await process.stop()).toBe(0);
    expect(process.output).not.toContain('did not end by itself');
    expect(process.errors).toBe('');
  });

  test('names every config problem and ends with 78', async () => {
    const process = new Toy({ TOY_HEALTH_PORT: 'high', TOY_SECRETT: 'x' });
    expect(await process.ended).toBe(78);
    for (const name of ['TOY_HEALTH_PORT', 'TOY_SECRET is required', 'TOY_SECRETT']) {
      expect(process.errors).toContain(name);
    }
  });

  test('--check-config prints what is in force, without secrets, and starts nothing', async () => {
    const process = new Toy(env, ['--check-config']);
    expect(await process.ended).toBe(0);
    expect(JSON.parse(process.output)).toEqual({
      TOY_HEALTH_HOST: '127.0.0.1',
      TOY_HEALTH_PORT: 0,
      TOY_SECRET: '[redacted]',
    });
  });

  test('--migrate waits for a database that is not there yet, and ends with 1 when it is refused by one', async () => {
    const server = createTcpServer((socket) => {
      // ErrorResponse (PostgreSQL manual, message formats): the password is wrong.
      const fields = Buffer.from('SFATAL\0C28P01\0Mno\0\0');
      const head = Buffer.alloc(5, 'E');
      head.writeInt32BE(fields.length + 4, 1);
      socket.once('data', () => socket.end(Buffer.concat([head, fields])));
    });
    const listen = (port: number): Promise<number> =>
      new Promise((resolve) => {
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      });
    const port = await listen(0);
    await new Promise((resolve) => server.close(resolve));
    const url = `postgresql://toy:toy@127.0.0.1:${port}/toy`;
    const process = new Toy({ ...env, TOY_POSTGRES_URL: url }, ['--migrate']);
    await process.logged('the database is not there yet');
    await listen(port);
    await process.logged('migration failed');
    expect(await process.ended).toBe(1);
    server.close();
  });

  test.each([
    ['part', 'a part of the process failed'],
    ['bug', 'a bug ends the process'],
  ])('a broken %s stops everything and ends with 1', async (failure, message) => {
    const process = new Toy({ ...env, TOY_FAILURE: failure });
    expect((await process.logged(message))['service']).toBe('toy');
    expect(await process.ended).toBe(1);
    expect(process.output).toContain('"msg":"stopped"');
  });
});

test('the preload sends the spans of a process before it ends', async () => {
  const names: string[] = [];
  const collector = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += String(data);
    });
    request.on('end', () => {
      for (const [, name] of body.matchAll(/"name":"([^"]+)"/g)) if (name !== undefined) names.push(name);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const exporting = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'toy' };
  const process = new Toy({ ...env, ...exporting }, [], TRACED);
  await process.logged('ready');
  expect(await process.stop()).toBe(0);
  collector.close();
  // The span made by hand and the one of the request that it was made in.
  expect(names).toEqual(expect.arrayContaining(['work', 'GET']));
});
