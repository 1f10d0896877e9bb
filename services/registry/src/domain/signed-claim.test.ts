// Signed claims against the vectors: what is derived, what is proven, and what is turned away before that.
import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { vectorsOf } from './_vectors.js';
import { derivationOf, isSignedWith, type SignedClaim, saltOf } from './signed-claim.js';

interface Input {
  readonly headers: Record<string, string>;
  readonly secret: string;
  readonly verify_at: number | readonly number[];
  readonly device_of_key?: string;
}
interface Accepted {
  readonly identifier: string;
  readonly salt: string;
  readonly derived_key_hex: string;
}

const accepted = vectorsOf<Input, Accepted>('nh1_accept', 'nerveshub');
const rejected = vectorsOf<Input, unknown>('nh1_reject', 'nerveshub');

/** What the edge makes of a token whose times are as devices write them nowadays; undefined for one that is none. */
function claimOf({ headers }: Input): SignedClaim | undefined {
  const [name, body = '', mac] = (headers['x-nh-signature'] ?? '').split('.');
  if (mac === undefined) return undefined;
  const term = Buffer.from(body, 'base64url');
  const end = 8 + term.readUInt32BE(4);
  return {
    algorithm: headers['x-nh-alg'] ?? '',
    key: headers['x-nh-key'] ?? '',
    time: headers['x-nh-time'] ?? '',
    identifier: term.subarray(8, end).toString('utf8'),
    signedAtMs: term.readUIntLE(end + 3, 6),
    signedPart: `${name}.${body}`,
    mac: Buffer.from(mac, 'base64url'),
    macDigest: 'SHA-256',
  };
}

function verdict(claim: SignedClaim, secret: string, atS: number): string {
  const derivation = derivationOf(claim, atS * 1_000);
  if (typeof derivation === 'string') return derivation;
  const { salt, iterations, length, digest } = derivation;
  return isSignedWith(pbkdf2Sync(secret, salt, iterations, length, digest), claim) ? 'proven' : 'wrong';
}

const [first] = accepted;
if (first === undefined) throw new Error('no vectors');
const good = claimOf(first.input);
if (good === undefined) throw new Error('the first vector is no claim');
const atS = 1_700_000_000;

describe('vectors', () => {
  it.each(accepted.map((vector) => [vector.name, vector] as const))('%s', (_, { input, expected }) => {
    const claim = claimOf(input);
    if (claim === undefined) throw new Error('no claim');
    expect(claim.identifier).toBe(expected.identifier);
    expect(saltOf(claim)).toBe(expected.salt);
    const derivation = derivationOf(claim, claim.signedAtMs);
    if (typeof derivation === 'string') throw new Error(derivation);
    const { salt, iterations, length, digest } = derivation;
    const key = pbkdf2Sync(input.secret, salt, iterations, length, digest);
    expect(key.toString('hex')).toBe(expected.derived_key_hex);
    for (const at of [input.verify_at].flat()) expect(verdict(claim, input.secret, at)).toBe('proven');
  });

  // The two others are no tokens at all, which the edge finds out, and the last one is good but not its owner's.
  const reasons: Readonly<Record<string, string | undefined>> = {
    'nh1 reject: x-nh-time altered after signing': 'wrong',
    'nh1 reject: 91 s old': 'stale',
    'nh1 reject: signed in the future': 'stale',
    'nh1 reject: unknown digest': 'malformed',
    'nh1 reject: alg prefix wrong': 'malformed',
    'nh1 reject: signature header missing': undefined,
    'nh1 reject: signature with two segments': undefined,
    'nh1 reject: empty signature': undefined,
    'nh1 reject: nhd_ key belongs to another device': 'proven',
  };

  it.each(rejected.map((vector) => [vector.name, vector] as const))('%s', (name, { input }) => {
    expect(Object.keys(reasons)).toContain(name);
    const claim = claimOf(input);
    const [at = 0] = [input.verify_at].flat();
    expect(claim && verdict(claim, input.secret, at)).toBe(reasons[name]);
    if (input.device_of_key !== undefined) expect(claim?.identifier).not.toBe(input.device_of_key);
  });
});

describe('derivationOf', () => {
  it('allows 90 s either way', () => {
    const at = (seconds: number) => typeof derivationOf(good, (atS + seconds) * 1_000);
    expect([at(-91), at(-90), at(90), at(91)]).toEqual(['string', 'object', 'object', 'string']);
    expect(derivationOf({ ...good, signedAtMs: Number.NaN }, atS * 1_000)).toBe('stale');
  });

  it('bounds what a device may have us compute', () => {
    const of = (algorithm: string) => derivationOf({ ...good, algorithm }, atS * 1_000);
    expect(of('NH1-HMAC-sha512-100000-64')).toMatchObject({ iterations: 100_000, length: 64 });
    for (const odd of [
      'NH1-HMAC-sha256-100001-32',
      'NH1-HMAC-sha256-1000-65',
      'NH1-HMAC-sha256-0-32',
      'NH1-HMAC-sha256-1000-0',
      'NH1-HMAC-sha256-9999999-32',
      'NH1-HMAC-sha256--32',
      'NH1-HMAC-sha256-1e3-32',
      'NH1-HMAC-sha256-1000-32 ',
      'NH1-HMAC-md5-1000-32',
      'NH1-HMAC-constructor-1000-32',
      '',
    ]) {
      expect(of(odd), odd).toBe('malformed');
    }
  });

  it('takes keys and times in their one form', () => {
    for (const odd of [
      { key: `nhx_${'a'.repeat(43)}` },
      { key: `nhp_${'a'.repeat(44)}` },
      { key: '' },
      { time: '-1' },
      { time: '1e9' },
      { time: '' },
      { time: '1'.repeat(16) },
      { macDigest: 'MD5' },
    ]) {
      expect(derivationOf({ ...good, ...odd }, atS * 1_000), JSON.stringify(odd)).toBe('malformed');
    }
  });
});

describe('isSignedWith', () => {
  it('takes the digest that the token names, and no MAC of another length', () => {
    const key = Buffer.from(first.expected.derived_key_hex, 'hex');
    expect(isSignedWith(key, good)).toBe(true);
    expect(isSignedWith(key, { ...good, macDigest: 'SHA-384' })).toBe(false);
    expect(isSignedWith(key, { ...good, macDigest: 'none' })).toBe(false);
    expect(isSignedWith(key, { ...good, mac: good.mac.subarray(0, 31) })).toBe(false);
    expect(isSignedWith(key, { ...good, mac: new Uint8Array() })).toBe(false);
    expect(isSignedWith(key, { ...good, signedPart: `${good.signedPart}A` })).toBe(false);
  });
});
