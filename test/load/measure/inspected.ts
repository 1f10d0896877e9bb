// Has another Node process collect its garbage, through the inspector that SIGUSR1 opens in it.
import { deadline, Fault, sleep } from '@mooring/runtime';
import { freePort } from '@mooring/stack';
import WebSocket from 'ws';

const LIMIT_MS = 30_000;
const POLL_MS = 50;
const POLLS = 200;
const COLLECTIONS = 3;

/** A process that was started with `--inspect-port` of this port. */
export interface Inspected {
  readonly pid: number;
  readonly inspectPort: number;
}

/** The flag with which a process is started, and its port. */
export async function inspectFlag(): Promise<{ flag: string; inspectPort: number }> {
  const inspectPort = await freePort();
  return { flag: `--inspect-port=${inspectPort}`, inspectPort };
}

/** Opens the inspector; it takes some memory itself, so before the first measurement. Returns how to collect. */
export async function inspect({ pid, inspectPort }: Inspected): Promise<() => Promise<void>> {
  process.kill(pid, 'SIGUSR1');
  const url = await debuggerUrl(inspectPort);
  const collect = async (): Promise<void> => {
    const socket = new WebSocket(url);
    const collected = new Promise<void>((resolve, reject) => {
      socket.once('open', () =>
        socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })),
      );
      socket.once('message', () => resolve());
      socket.once('error', reject);
    });
    await deadline(collected, LIMIT_MS, 'a collection of garbage').finally(() => socket.terminate());
  };
  return async () => {
    // The first one lets compiled code go that was not used lately, and what that code alone held goes with the next.
    for (let time = 0; time < COLLECTIONS; time++) await collect();
  };
}

async function debuggerUrl(port: number): Promise<string> {
  for (let poll = 0; poll < POLLS; poll++) {
    const list = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
    const [target] = ((await list?.json()) ?? []) as { webSocketDebuggerUrl?: string }[];
    if (target?.webSocketDebuggerUrl !== undefined) return target.webSocketDebuggerUrl;
    await sleep(POLL_MS);
  }
  throw new Fault('deadline', 'the inspector of a process did not open');
}
