// A nats-server and a Postgres of a contestant's own: the same programs and settings as Mooring's stack has.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts, natsServerBinary, postgresUrl, startNatsServer, startPostgres } from '@mooring/stack';
import type { Measured } from '../measure/cpu.js';

export interface OwnServers {
  readonly natsUrl: string;
  readonly postgresUrl: string;
  readonly processes: readonly Measured[];
  /** Stops both and removes their data. */
  stop(): Promise<void>;
}

export async function ownServers(name: string): Promise<OwnServers> {
  const directory = mkdtempSync(path.join(tmpdir(), `mooring-bench-${name}-`));
  // Postgres runs under another account when the bench runs as root.
  chmodSync(directory, 0o755);
  const [natsPort = 0, port = 0] = await freePorts(2);
  const password = randomBytes(12).toString('base64url');
  const binary = natsServerBinary(process.env['PATH'] ?? '');
  const nats = await startNatsServer({ binary, directory: path.join(directory, 'nats'), port: natsPort });
  const postgres = await startPostgres({ directory: path.join(directory, 'postgres'), port, password });
  return {
    natsUrl: `nats://127.0.0.1:${natsPort}`,
    postgresUrl: postgresUrl({ port, password }),
    processes: [
      { name: 'nats', pid: nats.pid },
      { name: 'postgres', pid: postgres.pid, tree: true },
    ],
    async stop() {
      await nats.stop();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
