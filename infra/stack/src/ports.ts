// Free TCP ports of the loopback interface.
import { createServer } from 'node:net';

/** A port that nobody listened on a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port = 0] = await freePorts(1, host);
  return port;
}

/** Several different ones: all are held until the last is found. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(0, host)));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
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
