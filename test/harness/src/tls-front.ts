// TLS fronts for tests: nginx and HAProxy of Debian, with the configuration of infra/tls-front.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@mooring/runtime';
import { freePort, launched } from '@mooring/stack';
import type { TestCertificate } from './certificates.js';
import { debianProgram } from './debian.js';
import { eventually } from './eventually.js';

const CONFIGURATIONS = fileURLToPath(new URL('../../../infra/tls-front/', import.meta.url));
const HOST = '127.0.0.1';

export type TlsFrontKind = 'nginx' | 'haproxy';

export interface TlsFrontOptions {
  /** Where plain connections go: host:port. */
  readonly edge: string;
  /** The header that tells of the client's certificate. */
  readonly header: string;
  /** The front's own. */
  readonly certificate: TestCertificate;
}

export interface TestTlsFront {
  readonly port: number;
  stop(): Promise<void>;
}

/** Resolves when it takes connections. Fault `unavailable` where the program is neither installed nor to be fetched. */
export async function testTlsFront(kind: TlsFrontKind, options: TlsFrontOptions): Promise<TestTlsFront> {
  const program = `usr/sbin/${kind}`;
  const executable = debianProgram({ name: kind, programs: [program] }, [`/${program}`], program);
  const directory = mkdtempSync(path.join(tmpdir(), `mooring-test-${kind}-`));
  const port = await freePort();
  const certificate = path.join(directory, 'front.pem');
  writeFileSync(certificate, options.certificate.pem + options.certificate.keyPem, { mode: 0o600 });
  const variables = {
    TLS_FRONT_LISTEN: `${HOST}:${port}`,
    TLS_FRONT_CERTIFICATE: certificate,
    TLS_FRONT_EDGE: options.edge,
    TLS_FRONT_HEADER: options.header,
  };
  const child = spawn(executable, argumentsOf(kind, directory, variables), {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const server = launched(kind, child);
  let ended: string | undefined;
  void server.exited.then((why) => {
    ended = why;
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await eventually(() => ended !== undefined || listens(port), { what: `${kind} listening` });
    if (ended !== undefined) throw new Fault('unavailable', `${ended}: ${server.tail().trim()}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

function argumentsOf(
  kind: TlsFrontKind,
  directory: string,
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  if (kind === 'haproxy') return ['-db', '-f', path.join(CONFIGURATIONS, 'haproxy.cfg')];
  const template = readFileSync(path.join(CONFIGURATIONS, 'nginx.conf.template'), 'utf8');
  const file = path.join(directory, 'nginx.conf');
  // As envsubst does for variables of these names; nginx has others of its own.
  const filled = template.replaceAll(/\$\{(TLS_FRONT_\w+)\}/g, (_, name: string) => variables[name] ?? '');
  writeFileSync(file, filled);
  for (const folder of ['body', 'proxy']) mkdirSync(path.join(directory, folder));
  return ['-p', directory, '-e', 'stderr', '-c', file];
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
