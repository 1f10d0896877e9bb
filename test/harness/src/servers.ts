// Real servers for tests: Postgres and NATS on free loopback ports, each in a directory of its own.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  freePort,
  type Launched,
  natsServerBinary,
  postgresUrl,
  startNatsServer,
  startPostgres,
} from '@mooring/stack';

/** A server that a test may kill and start again on the same port and data. */
export interface TestServer {
  readonly pid: number;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** Starts it again; its port and data are the same. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

export interface TestNats extends TestServer {
  readonly url: string;
}

export interface TestPostgres extends TestServer {
  /** A URL of that database; who connects first makes it. */
  url(database: string): string;
}

export async function testNats(): Promise<TestNats> {
  const directory = temporary('nats');
  const port = await freePort();
  const binary = natsServerBinary('');
  const server = await serve(directory, () => startNatsServer({ binary, directory, port }));
  return Object.assign(server, { url: `nats://127.0.0.1:${port}` });
}

/** Without fsync: what a test stores need not outlive the machine, only the process. */
export async function testPostgres(): Promise<TestPostgres> {
  const directory = temporary('postgres');
  const port = await freePort();
  const password = randomBytes(12).toString('base64url');
  const settings = { fsync: 'off', shared_buffers: '64MB' };
  const server = await serve(directory, () => startPostgres({ directory, port, password, settings }));
  return Object.assign(server, { url: (database: string) => postgresUrl({ port, password }, database) });
}

async function serve(directory: string, launch: () => Promise<Launched>): Promise<TestServer> {
  let running = await launch();
  return {
    get pid() {
      return running.pid;
    },
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
    },
    async restart() {
      running = await launch();
    },
    async stop() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Reachable for the account that Postgres runs under when the tests run as root. */
function temporary(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `mooring-test-${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}
