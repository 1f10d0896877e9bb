// Which connections a pod has or had a moment ago, as the kernel lists them for its network.
import { readFileSync } from 'node:fs';

export interface Connection {
  readonly local: number;
  readonly address: string;
  readonly port: number;
}

export interface Sockets {
  /** Ports on which something listens. */
  readonly listening: ReadonlySet<number>;
  /** Open, opening and closed ones: the kernel remembers for a minute who closed. */
  readonly connections: readonly Connection[];
}

const LISTEN = '0A';

/** Sockets in the network of a process. */
export function socketsOf(pid: number): Sockets {
  const listening = new Set<number>();
  const connections: Connection[] = [];
  for (const table of ['tcp', 'tcp6']) {
    const [, ...lines] = readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n');
    for (const line of lines) {
      const [, local = '', remote = '', state] = line.trim().split(/\s+/);
      const [here, there] = [end(local), end(remote)];
      if (state === LISTEN) listening.add(here.port);
      else if (!there.address.startsWith('127.') && there.address !== '0.0.0.0') {
        connections.push({ local: here.port, ...there });
      }
    }
  }
  return { listening, connections };
}

/** `0100007F:1F90`; of an IPv6 address the last four bytes, which are the IPv4 address that it maps. */
function end(text: string): { readonly address: string; readonly port: number } {
  const [address = '', port = ''] = text.split(':');
  const bytes = address.slice(-8).match(/../g) ?? [];
  return {
    address: bytes
      .reverse()
      .map((byte) => Number.parseInt(byte, 16))
      .join('.'),
    port: Number.parseInt(port, 16),
  };
}
