// The vectors of kind turn_credential, and the shape of a username.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { turnCredential, turnPassword } from './turn-credential.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: { readonly secret: string; readonly username: string };
  readonly expected: { readonly credential: string; readonly hex_not_accepted: string };
}

const file = new URL('../../../../test/vectors/camera.json', import.meta.url);
const all = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const vectors = all.vectors.filter((vector) => vector.kind === 'turn_credential');

describe('turn credentials', () => {
  it('has vectors to check against', () => expect(vectors.length).toBeGreaterThanOrEqual(3));

  it.each(vectors)('$name', ({ input, expected }) => {
    const password = turnPassword(input.secret, input.username);
    expect(password).toBe(expected.credential);
    expect(Buffer.from(password, 'base64').toString('hex')).toBe(expected.hex_not_accepted);
  });

  it('puts the expiry in front of the holder', () => {
    expect(turnCredential('north-test-secret', 'viewer_123_550e8400', 1735740000)).toEqual({
      username: '1735740000:viewer_123_550e8400',
      credential: 'Vu532pZ6dLNV9/4yL+OhCu5dRQc=',
    });
  });
});
