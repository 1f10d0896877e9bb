// Parts are cut at every mebibyte, however the bytes come.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PART_BYTES, PartHashes } from './part-hashes.js';

const file = randomBytes(2 * PART_BYTES + 1_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const expected = (bytes: Buffer) => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES)
    parts.push(sha256(bytes.subarray(at, at + PART_BYTES)));
  return Buffer.concat(parts).toString('hex');
};

function hashed(bytes: Buffer, pieceBytes: number): string {
  const hashes = new PartHashes();
  for (let at = 0; at < bytes.length; at += pieceBytes) hashes.update(bytes.subarray(at, at + pieceBytes));
  return hashes.finish().toString('hex');
}

describe('hashes of parts', () => {
  it.each([1_000, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, file.length])(
    'of pieces of %i bytes',
    (bytes) => {
      expect(hashed(file, bytes)).toBe(expected(file));
    },
  );

  it('of whole parts only', () => {
    const whole = file.subarray(0, 2 * PART_BYTES);
    expect(hashed(whole, 65_536)).toBe(expected(whole));
  });

  it('of nothing are none', () => {
    expect(hashed(Buffer.alloc(0), 1)).toBe('');
  });
});
