// The name server of the cluster: Services and the pods of StatefulSets by name, those pods only that are ready.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export const DOMAIN = 'mooring.svc.cluster.local';
const HEADER_BYTES = 12;
const TYPE_A = 1;
const NAME_ERROR = 3;
const TTL_S = 5;

/** Addresses of a name, without the domain of the cluster; undefined for a name that does not exist. */
export type Resolve = (name: string) => readonly string[] | undefined;

export class NameServer {
  /** Addresses that have asked. */
  readonly askers = new Set<string>();
  readonly #socket: Socket = createSocket('udp4');

  /** Listens on port 53 of `address`. */
  static async open(address: string, resolve: Resolve): Promise<NameServer> {
    const server = new NameServer();
    server.#socket.on('message', (query, from) => {
      server.askers.add(from.address);
      const answer = answerTo(query, resolve);
      if (answer !== undefined) server.#socket.send(answer, from.port, from.address);
    });
    server.#socket.bind(53, address);
    await once(server.#socket, 'listening');
    return server;
  }

  close(): void {
    this.#socket.close();
  }
}

/** The answer to one question (RFC 1035, 4.1); undefined for what is none. */
export function answerTo(query: Buffer, resolve: Resolve): Buffer | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  const end = at + 5;
  if (query.length < end) return undefined;
  const type = query.readUInt16BE(at + 1);
  const full = labels.join('.');
  const name = full.endsWith(`.${DOMAIN}`) ? full.slice(0, -DOMAIN.length - 1) : undefined;
  const found = name === undefined ? undefined : resolve(name);
  const addresses = type === TYPE_A ? (found ?? []) : [];

  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  // An answer, with authority; recursion as wanted.
  header.writeUInt16BE(0x8480 | (found === undefined ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(TTL_S, 6);
    record.writeUInt16BE(4, 10);
    for (const [index, byte] of address.split('.').entries()) record.writeUInt8(Number(byte), 12 + index);
    return record;
  });
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]);
}
