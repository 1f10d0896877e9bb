// Finds nats-server or fetches it, and runs it with JetStream on loopback.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deadline, Fault } from '@mooring/runtime';
import { type Launched, launched } from './launched.js';

const SCRIPT = fileURLToPath(new URL('../bin/fetch-nats-server.sh', import.meta.url));
const START_LIMIT_MS = 20_000;
// Debian puts it where an ordinary user's PATH does not lead.
const PLACES = ['/usr/sbin', '/usr/local/bin', '/usr/bin'];

/** Where fetched programs are kept: shared by every stack of this checkout. */
const programs = fileURLToPath(new URL('../../../.mooring/bin', import.meta.url));

/** The program's path; fetched when `fetching` is told and it is nowhere. Fault `unavailable` says what to type. */
export function natsServerBinary(searchPath: string, fetching: () => void = () => undefined): string {
  const places = [...searchPath.split(path.delimiter), ...PLACES, programs];
  const found = places.map((place) => path.join(place, 'nats-server')).find(isExecutable);
  if (found !== undefined) return found;
  fetching();
  const { status, stderr } = spawnSync('sh', [SCRIPT, programs], { encoding: 'utf8' });
  const fetched = path.join(programs, 'nats-server');
  if (status === 0 && isExecutable(fetched)) return fetched;
  throw new Fault(
    'unavailable',
    `nats-server is not installed and could not be fetched (${stderr?.trim().split('\n').at(-1) ?? 'no apt-get'}).\n` +
      'Type: apt-get install nats-server\n  or: place the program nats-server on the PATH',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface NatsServerOptions {
  readonly binary: string;
  readonly directory: string;
  readonly port: number;
}

/** Resolves when it takes connections. Fault `unavailable` when it does not. */
export async function startNatsServer({ binary, directory, port }: NatsServerOptions): Promise<Launched> {
  mkdirSync(directory, { recursive: true });
  const config = path.join(directory, 'nats.conf');
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(path.join(directory, 'jetstream'))} }\n`,
  );
  const child = spawn(binary, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const server = launched('nats-server', child);
  await deadline(server.logged('Server is ready'), START_LIMIT_MS, 'nats-server').catch((error: unknown) => {
    void server.stop();
    throw error;
  });
  return server;
}
