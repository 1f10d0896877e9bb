// Free TCP ports of the loopback interface.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Fault } from '@mooring/runtime';

// What systems give to connections that go out begins above; one of those could take a port before it is listened on.
const FIRST = 10_000;
const BEYOND = 32_000;
const TRIES = 1_000;

/** A port that nobody listened on a moment ago, at random, so that others who look find another one. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port = 0] = await freePorts(1, host);
  return port;
}

/** Several different ones. Fault `exhausted` when hardly any is free. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries === TRIES) throw new Fault('exhausted', `no free port of ${host} in ${TRIES} tries`);
    const port = randomInt(FIRST, BEYOND);
    if (await isFree(port, host)) found.add(port);
  }
  return [...found];
}

/** The first of as many free ports in a row; none of `except` is among them. */
export async function portsInARow(count: number, except: readonly number[] = []): Promise<number> {
  for (;;) {
    const first = await freePort();
    const wanted = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(wanted.map((port) => isFree(port, '127.0.0.1')));
    if (free.every(Boolean) && !wanted.some((port) => except.includes(port))) return first;
  }
}

/** Whether this process could listen on the port. */
export async function isFree(port: number, host: string): Promise<boolean> {
  try {
    const server = await listening(port, host);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function listening(port: number, host: string) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
