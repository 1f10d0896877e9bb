// Decides to which addresses webhooks may go: checked when a connection is made, on the address that it is made to.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are not public (IANA special-purpose registries); where whoever names them must not reach. */
const inner: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  // Forms that lead to IPv4 addresses by way of a translator.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

const refused = new BlockList();
for (const [network, prefix] of inner) refused.addSubnet(network, prefix, familyOf(network));

export const REFUSED = 'the address is private: it is not reached from here';

/** Whether an IP address is a public one. IPv4 addresses in IPv6 form are what they stand for. */
export function isPublic(address: string): boolean {
  return isIP(address) !== 0 && !refused.check(address, familyOf(address));
}

/** The IP address that a host name of a URL already is; undefined for a name. */
export function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

/** Resolves names as usual, and gives only public addresses to whoever connects; an error when there is none. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '');
    const [first, ...others] = addresses.filter(({ address }) => isPublic(address));
    if (first === undefined) return callback(new Error(REFUSED), '');
    if (options.all) return callback(null, [first, ...others] satisfies LookupAddress[]);
    return callback(null, first.address, first.family);
  });
};

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
