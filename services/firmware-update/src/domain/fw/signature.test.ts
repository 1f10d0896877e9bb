// Public keys as text, and whose signature is whose.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isRefusal } from './refusal.js';
import { parsePublicKey, signerOf } from './signature.js';
import { firmwareUuid } from './uuid.js';

describe('a public key', () => {
  const text = '6tuMN4FVxta5RminxCDyHyptBT1nSbwWZGm9cNoaq/E=';

  it.each([text, `${text}\n`, ` ${text} `])('is read from %j', (given) => {
    expect(parsePublicKey(given)?.toString('base64')).toBe(text);
  });

  it.each([
    '',
    text.slice(0, -1),
    text.slice(4),
    `${text}${text}`,
    // The last bits of 32 bytes in base64 are zero.
    '6tuMN4FVxta5RminxCDyHyptBT1nSbwWZGm9cNoaq/F=',
    '6tuMN4FVxta5RminxCDyHyptBT1nSbwWZGm9cNoaq_E=',
    randomBytes(64).toString('base64'),
  ])('is not %j', (given) => {
    expect(parsePublicKey(given)).toBeUndefined();
  });
});

describe('the signer', () => {
  const pairs = ['first', 'second'].map((name) => ({ name, ...generateKeyPairSync('ed25519') }));
  const keys = pairs.map(({ name, publicKey }) => ({
    ...{ id: name, name },
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
  }));
  const conf = Buffer.from('meta-product=demo\n');
  const signatures = pairs.map(({ privateKey }) => sign(null, conf, privateKey));

  it('is the first key that fits', () => {
    for (const [index, signature] of signatures.entries()) {
      expect(signerOf(conf, signature, keys)).toBe(keys[index]);
      const twice = [...keys, ...keys.map((key) => ({ ...key, id: 'later' }))];
      expect(signerOf(conf, signature, twice)).toBe(keys[index]);
    }
  });

  it('is nobody when a bit of either changed', () => {
    const [signature = Buffer.of()] = signatures;
    for (const of of [conf, signature]) {
      const changed = Buffer.from(of);
      changed[3] = (changed[3] ?? 0) ^ 1;
      const result = signerOf(of === conf ? changed : conf, of === conf ? signature : changed, keys);
      expect(isRefusal(result) && result.refused).toBe('bad_signature');
    }
  });

  it('is nobody for a key that is no point of the curve', () => {
    const odd = [0, 1, 255].map((byte) => ({ id: 'odd', name: 'odd', publicKey: Buffer.alloc(32, byte) }));
    expect(signerOf(conf, randomBytes(64), odd)).toMatchObject({ refused: 'bad_signature' });
  });
});

it('computes a uuid whose variant is whatever the hash has', () => {
  const variants = new Set(
    Array.from({ length: 64 }, (_, index) => firmwareUuid(Buffer.from(`meta ${index}`))).map((uuid) => {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      return uuid[19];
    }),
  );
  expect(variants.size).toBeGreaterThan(4);
});
