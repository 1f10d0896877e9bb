// Runs a real Postgres for one machine: makes its data directory once, starts it on loopback, stops it cleanly.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deadline, Fault } from '@mooring/runtime';
import { type Account, unprivilegedAccount } from './account.js';
import type { Launched } from './launched.js';
import { launched } from './launched.js';
import { postgresBinaries } from './postgres-binaries.js';

export interface PostgresOptions {
  /** Must be reachable for the account that Postgres runs under. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

const START_LIMIT_MS = 60_000;
const READY = 'ready to accept connections';

export function postgresUrl(
  { port, password }: Pick<PostgresOptions, 'port' | 'password'>,
  database = 'postgres',
): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Resolves when it takes connections. Fault `unavailable` when it does not. */
export async function startPostgres(options: PostgresOptions): Promise<Launched> {
  const account = unprivilegedAccount();
  const data = path.join(options.directory, 'data');
  const sockets = path.join(options.directory, 'run');
  mkdirSync(options.directory, { recursive: true, mode: 0o755 });
  for (const directory of [data, sockets]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (account.uid !== undefined && account.gid !== undefined)
      chownSync(directory, account.uid, account.gid);
  }
  const binaries = postgresBinaries(options.directory, account);
  if (!existsSync(path.join(data, 'PG_VERSION')))
    initialize(binaries, data, sockets, options.password, account);
  return start(binaries, data, sockets, options, account);
}

function initialize(
  binaries: string,
  data: string,
  sockets: string,
  password: string,
  account: Account,
): void {
  const passwordFile = path.join(sockets, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined)
    chownSync(passwordFile, account.uid, account.gid);
  const options = [
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  const { status, stderr, error } = spawnSync(
    path.join(binaries, 'initdb'),
    ['-D', data, ...options, '--no-instructions'],
    {
      ...account,
      cwd: '/',
      encoding: 'utf8',
    },
  );
  rmSync(passwordFile);
  if (status !== 0)
    throw new Fault('unavailable', `Postgres could not make its data directory: ${error?.message ?? stderr}`);
}

async function start(
  binaries: string,
  data: string,
  sockets: string,
  { port, settings = {} }: PostgresOptions,
  account: Account,
): Promise<Launched> {
  const all = { listen_addresses: '127.0.0.1', max_connections: 200, shared_buffers: '128MB', ...settings };
  const args = ['-D', data, '-p', String(port), '-k', sockets];
  for (const [name, value] of Object.entries(all)) args.push('-c', `${name}=${value}`);
  const child = spawn(path.join(binaries, 'postgres'), args, {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // The log alone says when it is ready: its port answers earlier.
  const postgres = launched('postgres', child, 'SIGINT');
  const ready = postgres.logged(READY);
  await deadline(ready, START_LIMIT_MS, 'Postgres').catch((error: unknown) => {
    void postgres.stop();
    throw error;
  });
  return postgres;
}
