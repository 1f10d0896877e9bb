// Tokens of links: made, read, expired, forged.
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkEnd, readToken, tokenOf } from './link.js';

const secret = randomBytes(32);
const link = { artifactId: randomUUID(), expiresAtMs: 1_800_000_000_000 };
const token = tokenOf(secret, link);

describe('a token', () => {
  it('says what it was made of, in characters that a path may have', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{72}$/);
    expect(readToken(secret, token)).toEqual(link);
  });

  it('is of one secret', () => {
    expect(readToken(randomBytes(32), token)).toBeUndefined();
  });

  it('is nothing any more with any of its characters changed, cut or added', () => {
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(readToken(secret, token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
      expect(readToken(secret, token.slice(0, at))).toBeUndefined();
    }
    for (const more of ['A', '=', ' ', '/']) expect(readToken(secret, token + more)).toBeUndefined();
  });

  it('is no other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => readToken(secret, text) === undefined),
    );
  });
});

describe('the end of a link', () => {
  const hourMs = 3_600_000;
  const at = (hours: number): number => linkEnd(1_000 * hourMs + hours * hourMs, 86_400);

  it('is the same for all that are made within an hour, and not before its time', () => {
    expect(at(0)).toBe(1_024 * hourMs);
    expect(at(0.001)).toBe(1_025 * hourMs);
    expect(at(0.5)).toBe(1_025 * hourMs);
    expect(at(1)).toBe(1_025 * hourMs);
  });
});
