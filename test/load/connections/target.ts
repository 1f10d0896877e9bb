// What the connections benchmark asks of each contestant: one server process that holds sockets.

import { Child } from '@mooring/harness';
import { freePort } from '@mooring/stack';
import { startMooring } from '../contestants/mooring.js';
import { type Inspected, inspectFlag } from '../measure/inspected.js';

/** Its pid is the process that holds the sockets. */
export interface Target extends Inspected {
  readonly port: number;
  /** Resolves when that many devices are in. */
  admitted(devices: number): Promise<void>;
  stop(): Promise<void>;
}

async function startServer(file: string): Promise<Target> {
  const port = await freePort();
  const { flag, inspectPort } = await inspectFlag();
  const child = await Child.start(new URL(file, import.meta.url), { port }, [flag]);
  const { pid } = child;
  // An accepted upgrade is all the admission there is.
  return { port, pid, inspectPort, admitted: () => Promise.resolve(), stop: () => child.stop() };
}

async function startEdge(): Promise<Target> {
  const { flag, inspectPort } = await inspectFlag();
  const { port, edge, admitted, stop } = await startMooring({ nodeFlags: flag });
  return { port, pid: edge, inspectPort, admitted, stop };
}

/** Each started anew for every round. */
export const targets = {
  mooring: startEdge,
  bare: () => startServer('../bare/sockets.ts'),
  ws: () => startServer('../obvious/sockets.ts'),
} as const;
