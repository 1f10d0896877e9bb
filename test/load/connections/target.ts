// What the connections benchmark asks of each contestant: one server process that holds sockets.
import { freePort } from '@mooring/stack';
import { Child } from '../child.js';
import { startMooring } from '../contestants/mooring.js';

export interface Target {
  readonly port: number;
  /** The process that holds the sockets. */
  readonly pid: number;
  /** Resolves when that many devices are in. */
  admitted(devices: number): Promise<void>;
  stop(): Promise<void>;
}

async function startServer(file: string): Promise<Target> {
  const port = await freePort();
  const child = await Child.start(new URL(file, import.meta.url), { port });
  const { pid } = child;
  // An accepted upgrade is all the admission there is.
  return { port, pid, admitted: () => Promise.resolve(), stop: () => child.stop() };
}

async function startEdge(): Promise<Target> {
  const { port, edge, admitted, stop } = await startMooring();
  return { port, pid: edge, admitted, stop };
}

/** Each started anew for every round. */
export const targets = {
  mooring: startEdge,
  bare: () => startServer('../bare/sockets.ts'),
  ws: () => startServer('../obvious/sockets.ts'),
} as const;
