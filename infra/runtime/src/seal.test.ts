// What was sealed opens with the same key and name only.
import { describe, expect, it } from 'vitest';
import { seal, unseal } from './seal.js';

const key = Buffer.alloc(32, 7);

describe('seal', () => {
  it('opens with the same key and name', () => {
    expect(unseal(key, 'k1', seal(key, 'k1', 'plain'))).toBe('plain');
    expect(seal(key, 'k1', 'plain').equals(seal(key, 'k1', 'plain'))).toBe(false);
  });
  it('does not open otherwise', () => {
    const sealed = seal(key, 'k1', 'plain');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(() => unseal(Buffer.alloc(32, 8), 'k1', sealed)).toThrow('does not open');
    expect(() => unseal(key, 'k2', sealed)).toThrow('does not open');
    expect(() => unseal(key, 'k1', changed)).toThrow('does not open');
    expect(() => unseal(key, 'k1', sealed.subarray(0, 20))).toThrow('does not open');
  });
});
