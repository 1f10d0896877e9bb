// Verification tokens are good for one organization and one hour; what provisioning may say.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  checkProvisioning,
  isVerificationToken,
  VERIFICATION_MS,
  verificationToken,
} from './ca-certificate.js';
import { Problems } from './fields.js';

const secret = randomBytes(32);
const organization = '01890a5d-ac96-774b-bcce-b302099a8057';
const NOW_MS = 1_795_000_000_000;

describe('a verification token', () => {
  const token = verificationToken(secret, organization, NOW_MS);
  const isGood = (given = token, owner = organization, nowMs = NOW_MS, key = secret) =>
    isVerificationToken(key, owner, given, nowMs);

  it('fits into a URI, and is another one every time', () => {
    expect(token).toMatch(/^[\w-]{80,200}$/);
    expect(verificationToken(secret, organization, NOW_MS)).not.toBe(token);
  });

  it('is good for an hour', () => {
    expect(isGood()).toBe(true);
    expect(isGood(token, organization, NOW_MS + VERIFICATION_MS - 1)).toBe(true);
    expect(isGood(token, organization, NOW_MS + VERIFICATION_MS)).toBe(false);
  });

  it('is none of another organization, another service, or changed', () => {
    expect(isGood(token, '01890a5d-ac96-774b-bcce-b302099a8058')).toBe(false);
    expect(isGood(token, organization, NOW_MS, randomBytes(32))).toBe(false);
    const changed = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const each of [changed, '', 'TOKEN', token.slice(0, 20), 'x'.repeat(10_000)]) {
      expect(isGood(each)).toBe(false);
    }
  });
});

describe('provisioning', () => {
  const check = (fields: { productId?: string; tags?: string[]; description?: string }) => {
    const problems = new Problems();
    const given = { productId: organization, tags: [], description: '', ...fields };
    const checked = checkProvisioning(problems, given);
    problems.check();
    return checked;
  };

  it('is of a product, with tags and a description as devices have them', () => {
    expect(
      check({ productId: organization.toUpperCase(), tags: ['a', 'a'], description: ' Kiosk ' }),
    ).toEqual({
      productId: organization,
      tags: ['a'],
      description: 'Kiosk',
    });
    expect(() => check({ productId: 'P' })).toThrow('provisioning.product_id');
    expect(() => check({ tags: ['a b'] })).toThrow('tags');
    expect(() => check({ description: 'a\nb' })).toThrow('provisioning.description');
  });
});
