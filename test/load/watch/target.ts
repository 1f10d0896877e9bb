// Who is measured: Mooring with two edges, and the least that can pass signals between two processes.
import { randomUUID } from 'node:crypto';
import { Child } from '@mooring/harness';
import { freePorts } from '@mooring/stack';
import { startMooring } from '../contestants/mooring.js';
import { ownServers } from '../contestants/own-servers.js';

export interface WatchTarget {
  readonly name: string;
  /** Where cameras connect, and where viewers do: two processes. */
  readonly cameras: string;
  readonly viewers: string;
  readonly token: string;
  stop(): Promise<void>;
}

export async function mooringTarget(): Promise<WatchTarget> {
  const mooring = await startMooring({ edges: 2 });
  const [cameras = '', viewers = ''] = mooring.edges;
  return { name: 'mooring', cameras, viewers, token: mooring.token, stop: mooring.stop };
}

/** What each bare process is started with. */
export interface RelayOptions {
  readonly port: number;
  readonly natsUrl: string;
}

export async function bareTarget(): Promise<WatchTarget> {
  const own = await ownServers('watch');
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) await child.stop();
    await own.stop();
  };
  try {
    const ports = await freePorts(2);
    for (const port of ports) {
      const options: RelayOptions = { port, natsUrl: own.natsUrl };
      children.push(await Child.start(new URL('../bare/relay.ts', import.meta.url), options));
    }
    const [cameras = '', viewers = ''] = ports.map((port) => `ws://127.0.0.1:${port}`);
    return { name: 'bare', cameras, viewers, token: randomUUID(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
