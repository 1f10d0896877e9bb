// Runs a real nats-server that a test may kill and start again on the same port and disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deadline } from '../src/clock.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Path of the binary. Throws with all places it was looked for. */
function natsServerBinary(): string {
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== ''),
    '/usr/sbin',
    '/usr/local/bin',
    path.join(REPOSITORY, '.mooring/bin'),
  ];
  const found = folders.map((folder) => path.join(folder, 'nats-server')).find(isExecutable);
  if (found === undefined) {
    throw new Error(`nats-server is in none of ${folders.join(', ')}; npm start puts it into .mooring/bin`);
  }
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A server of its own, with JetStream on a temporary disk. */
export class NatsServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'mooring-nats-'));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort());
    await server.restart();
    return server;
  }

  /** Starts it when it does not run. */
  async restart(): Promise<void> {
    const args = ['-a', '127.0.0.1', '-p', String(this.#port), '-js', '-sd', this.#folder];
    const child = spawn(natsServerBinary(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let log = '';
    const ready = new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (text: Buffer) => {
        log += text.toString();
        if (log.includes('Server is ready')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${log}`)));
      child.once('error', reject);
    });
    await deadline(ready, 15_000, 'starting nats-server');
  }

  /** kill -9: nothing is flushed, no client is told. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await deadline(gone, 5_000, 'killing nats-server');
  }

  /** Empties the disk of a server that does not run. */
  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    this.forget();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
