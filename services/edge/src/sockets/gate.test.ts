// Who is let through the gate, by order of the checks, and what an address is.
import { describe, expect, it } from 'vitest';
import { clientAddress, Networks } from './address.js';
import { Gate, type GateOptions } from './gate.js';

const options = (changes: Partial<GateOptions> = {}): GateOptions => ({
  maxConnections: 10,
  connectsPerS: 100,
  connectsPerSPerAddress: 2,
  plainNetworks: new Networks(['0.0.0.0/0', '::/0']),
  connections: () => 0,
  overloaded: () => false,
  viewersShed: () => false,
  ...changes,
});

describe('Gate', () => {
  it('limits one address without punishing another, and forgives with time', () => {
    const gate = new Gate(options(), 0);
    const check = (address: string, nowMs: number) => gate.check('camera', address, nowMs);
    expect([check('a', 0), check('a', 0), check('a', 0), check('b', 0)]).toEqual([
      undefined,
      undefined,
      'too_many_connects',
      undefined,
    ]);
    expect(check('a', 500)).toBeUndefined();
  });

  it('refuses while draining, full or overloaded', () => {
    const draining = new Gate(options(), 0);
    draining.draining = true;
    expect(draining.check('camera', 'a', 0)).toBe('draining');
    expect(new Gate(options({ connections: () => 10 }), 0).check('camera', 'a', 0)).toBe('full');
    expect(new Gate(options({ overloaded: () => true }), 0).check('camera', 'a', 0)).toBe('overloaded');
  });

  it('keeps viewers out earlier than devices', () => {
    const gate = new Gate(options({ viewersShed: () => true }), 0);
    expect([gate.check('viewer', 'a', 0), gate.check('camera', 'a', 0)]).toEqual(['overloaded', undefined]);
  });

  it('confines dialects without credentials to their networks', () => {
    const gate = new Gate(options({ plainNetworks: new Networks(['10.0.0.0/8']) }), 0);
    const check = (address: string) => gate.check('berg', address, 0);
    expect([check('10.1.2.3'), check('::ffff:10.1.2.3'), check('192.0.2.1'), check('::1')]).toEqual([
      undefined,
      undefined,
      'network',
      'network',
    ]);
    expect(gate.check('camera', '192.0.2.1', 0)).toBeUndefined();
  });
});

describe('clientAddress', () => {
  const proxies = new Networks(['10.0.0.0/8']);
  it.each([
    ['no proxy: the header is not believed', '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['a trusted proxy: the address it saw', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'a chain: the last one that is not ours',
      '10.0.0.1',
      '198.51.100.1, 203.0.113.9, 10.0.0.2',
      '203.0.113.9',
    ],
    ['nonsense in the header: the proxy itself', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['IPv4 mapped into IPv6 is IPv4', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ])('%s', (_, socket, header, expected) => {
    expect(clientAddress(socket, header, proxies)).toBe(expected);
  });
});
