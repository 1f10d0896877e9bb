// Tokens must be legal in a subject and have exactly one way back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { token, untoken } from './token.js';

describe('token', () => {
  it('leaves ids as they are', () => {
    expect(token('0198c1a2-7f00-7000-8000-0000000000aa')).toBe('0198c1a2-7f00-7000-8000-0000000000aa');
  });

  it('escapes what a subject gives a meaning', () => {
    expect(token('a.b')).toBe('a=2Eb');
    expect(token('*')).toBe('=2A');
    expect(token('>')).toBe('=3E');
    expect(token('ä')).toBe('=C3=A4');
  });

  it('is never empty', () => {
    expect(token('')).toBe('=');
    expect(untoken('=')).toBe('');
  });

  it('gives back every well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const escaped = token(value);
        expect(escaped).toMatch(/^[A-Za-z0-9_=-]+$/);
        expect(untoken(escaped)).toBe(value);
      }),
    );
  });

  it('has one way back: nothing but what token makes is read', () => {
    for (const foreign of ['=6', '=zz', 'a.b', '=2e', '=41', '=FF', ''])
      expect(untoken(foreign)).toBeUndefined();
  });
});
