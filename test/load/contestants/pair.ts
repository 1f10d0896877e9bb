// A contestant of two processes, server and consumer, with a bus and a database of its own.

import { Child } from '@mooring/harness';
import { freePort } from '@mooring/stack';
import type { Contestant } from './contestant.js';
import { ask } from './database.js';
import { ownServers } from './own-servers.js';

/** What both processes are started with. */
export interface PairOptions {
  readonly port: number;
  readonly natsUrl: string;
  readonly postgresUrl: string;
}

interface PairKind {
  readonly name: string;
  /** Makes the table `reading`. */
  readonly schema: string;
  /** Folder with server.ts and consumer.ts. */
  readonly folder: URL;
}

async function startPair({ name, schema, folder }: PairKind): Promise<Contestant> {
  const own = await ownServers(name);
  const { natsUrl, postgresUrl } = own;
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) await child.stop();
    await own.stop();
  };
  try {
    await ask(postgresUrl, schema);
    const options: PairOptions = { port: await freePort(), natsUrl, postgresUrl };
    // The consumer makes the stream that the server publishes to.
    const consumer = await Child.start(new URL('consumer.ts', folder), options);
    children.push(consumer);
    const server = await Child.start(new URL('server.ts', folder), options);
    children.push(server);
    const processes = [
      { name: 'server', pid: server.pid },
      { name: 'consumer', pid: consumer.pid },
    ];
    return {
      name,
      port: options.port,
      stored: { natsUrl, kind: 'count' },
      processes: () => [...processes, ...own.processes],
      // Nobody asks a plug who it is here.
      admitted: () => Promise.resolve(),
      rows: () => ask(postgresUrl, 'SELECT count(*) FROM reading'),
      followedUp: () => Promise.resolve(),
      checkpoint: async () => void (await ask(postgresUrl, 'CHECKPOINT')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts `obvious`: what most people would write first. */
export const startObvious = (): Promise<Contestant> =>
  startPair({
    name: 'obvious',
    folder: new URL('../obvious/', import.meta.url),
    // As Prisma would make it from obvious/schema.prisma.
    schema: `
CREATE TABLE reading (
  id bigserial PRIMARY KEY, device text NOT NULL, time timestamptz(3) NOT NULL, metric text NOT NULL,
  value double precision NOT NULL
);
CREATE INDEX reading_device_time_idx ON reading (device, time)`,
  });

/** Starts `bare`: the least that takes a report from a socket to a row. */
export const startBare = (): Promise<Contestant> =>
  startPair({
    name: 'bare',
    folder: new URL('../bare/', import.meta.url),
    schema: `
CREATE TABLE reading (
  device bigint NOT NULL, time timestamptz NOT NULL, metric smallint NOT NULL, value double precision NOT NULL
);
CREATE INDEX reading_device_time ON reading (device, time)`,
  });
