// The right password passes, nothing else does, and floods are turned away.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { passwords } from './passwords.js';

describe('passwords', () => {
  it('matches what was hashed and nothing else', async () => {
    const { hash, matches } = passwords();
    const stored = await hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await matches('correct horse', stored)).toBe(true);
    expect(await matches('correct horsf', stored)).toBe(false);
    expect(await matches('correct horse', undefined)).toBe(false);
  });

  it('turns away what would only queue', async () => {
    const { hash } = passwords();
    const results = await Promise.allSettled(Array.from({ length: 33 }, () => hash('x')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused.every((result) => isFault(result.reason, 'exhausted'))).toBe(true);
  });
});
