// Secrets depend on every part of what they are derived from.
import { describe, expect, it } from 'vitest';
import { hashSecret, makeSecret, prefixOf } from './secret.js';

const key = Buffer.alloc(32, 1);

describe('makeSecret', () => {
  it('makes 256 bits of text that name their kind', () => {
    expect(makeSecret('mdt_', key, ['a'])).toMatch(/^mdt_[A-Za-z0-9_-]{43}$/);
  });
  it('makes print keys short enough for an address', () => {
    expect(makeSecret('pk_', key, ['a'])).toMatch(/^pk_[A-Za-z0-9_-]{24}$/);
  });
  it('derives the same one from the same parts, and another from any other', () => {
    const derived = makeSecret('mk_', key, ['a', 'b']);
    expect(makeSecret('mk_', key, ['a', 'b'])).toBe(derived);
    const others = [
      makeSecret('mk_', key, ['ab', '']),
      makeSecret('mk_', key, ['a', 'c']),
      makeSecret('mk_', Buffer.alloc(32, 2), ['a', 'b']),
    ];
    for (const other of others) expect(other).not.toBe(derived);
    expect(makeSecret('mdt_', key, ['a', 'b']).slice(4)).not.toBe(derived.slice(3));
  });
  it('hashes to 32 bytes and shows only its beginning', () => {
    expect(hashSecret('mk_x')).toHaveLength(32);
    expect(prefixOf('mk_abcdefghij', 'mk_')).toBe('mk_abcdef');
  });
});
