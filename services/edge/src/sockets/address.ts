// Where a connection comes from, and whether that is a place it may come from.
import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Networks in CIDR notation. Throws TypeError when one is not. */
export class Networks {
  readonly #ranges: readonly Range[];

  constructor(cidrs: readonly string[]) {
    this.#ranges = cidrs.map((cidr) => {
      try {
        return ipaddr.parseCIDR(cidr);
      } catch (cause) {
        throw new TypeError(`${cidr} is not a network such as 10.0.0.0/8`, { cause });
      }
    });
  }

  has(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(
      ([network, bits]) => parsed.kind() === network.kind() && parsed.match([network, bits] as never),
    );
  }
}

/** An address as people write it: IPv4 mapped into IPv6 becomes IPv4 again. */
function plainAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

/**
 * The client's address: the socket's own, unless that is a trusted proxy; then the last address in X-Forwarded-For that
 * no trusted proxy wrote for another.
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  proxies: Networks,
): string {
  let address = plainAddress(socketAddress);
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  for (let hop = hops.pop(); hop !== undefined && proxies.has(address); hop = hops.pop()) {
    if (!ipaddr.isValid(hop)) break;
    address = plainAddress(hop);
  }
  return address;
}
