// Claim codes against every known one, and the slips that people make with them.
import { describe, expect, it } from 'vitest';
import { vectorsOf } from './_vectors.js';
import { claimCodeHash, claimCodeHint, crc16, encodeClaimCode, readClaimCode } from './claim-code.js';
import { linkKey } from './link-key.js';

interface Expected {
  readonly valid: boolean;
  readonly reason?: string;
  readonly xor_hex?: string;
  readonly secret_hex?: string;
  readonly link_key_b64?: string;
}

const problems: Readonly<Record<string, RegExp>> = {
  bad_character: /must not hold “a”/,
  bad_length: /must have 16 characters, and has \d+$/,
  crc_mismatch: /mistyped/,
};

const read = (entered: string) => {
  const code = readClaimCode(entered);
  if ('problem' in code) throw new Error(code.problem);
  return code;
};

describe('reading a code', () => {
  it.each(vectorsOf<{ code: string }, Expected>('claim_code'))('$name', ({ input, expected }) => {
    if (!expected.valid) {
      const { problem } = readClaimCode(input.code) as { problem: string };
      expect(problem).toMatch(problems[expected.reason ?? ''] ?? 'no such reason');
      return;
    }
    const code = read(input.code);
    expect(code.canonical).toBe(input.code);
    expect(code.hardwareXor.toString(16).padStart(6, '0')).toBe(expected.xor_hex);
    if (expected.secret_hex !== undefined)
      expect(code.secret.toString(16).padStart(10, '0')).toBe(expected.secret_hex);
    expect(linkKey(code.secret).toString('base64')).toBe(expected.link_key_b64);
    expect(encodeClaimCode(code.hardwareXor, code.secret)).toBe(input.code);
  });

  it.each(vectorsOf<{ code: string }, { canonical: string; link_key_b64: string }>('claim_code_canonical'))(
    '$name',
    ({ input, expected }) => {
      const code = read(input.code);
      expect(code.canonical).toBe(expected.canonical);
      expect(linkKey(code.secret).toString('base64')).toBe(expected.link_key_b64);
    },
  );

  it('takes spaces and other dashes for what they are', () => {
    expect(read(' N5RY p6x6–kth7 — 7hc4\n').canonical).toBe('n5ry-p6x6-kth7-7hc4');
  });

  it('refuses what is far too long without walking through it', () => {
    expect(readClaimCode('n'.repeat(1_000_000))).toMatchObject({ problem: 'must have 16 characters' });
  });
});

describe('a mistyped code', () => {
  it('leads to the one that was meant, where an o and a 0 were confused', () => {
    expect(readClaimCode('EOCD880WBE80VC36')).toMatchObject({ meant: ['eocd-880w-be8o-vc36'] });
  });

  it('leads nowhere otherwise', () => {
    expect(readClaimCode('n5ry-p6x6-kth7-7hc5')).toMatchObject({ meant: [] });
    expect(readClaimCode('oooo-oooo-oooo-oooo')).toMatchObject({ meant: [] });
  });
});

describe('what is kept of a code', () => {
  const code = read('n5ry-p6x6-kth7-7hc4');

  it('shows no more than its first group', () => {
    expect(claimCodeHint(code)).toBe('n5ry-····-····-····');
  });

  it('is the same for the same code only, and needs the key', () => {
    const key = Buffer.alloc(32, 1);
    const hash = claimCodeHash(code, key);
    expect(claimCodeHash(read('N5RYP6X6KTH77HC4'), key)).toEqual(hash);
    expect(claimCodeHash(read('ps2f-gsjg-8wsq-7hc4'), key)).not.toEqual(hash);
    expect(claimCodeHash(code, Buffer.alloc(32, 2))).not.toEqual(hash);
  });
});

it.each(vectorsOf<{ bytes_hex: string }, { crc: number }>('crc16_ccitt_false'))(
  '$name',
  ({ input, expected }) => {
    expect(crc16(Buffer.from(input.bytes_hex, 'hex'))).toBe(expected.crc);
  },
);
