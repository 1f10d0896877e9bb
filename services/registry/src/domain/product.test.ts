// Which devices a product's key speaks for.
import { describe, expect, it } from 'vitest';
import { Problems } from './fields.js';
import { checkProductName, keySpeaksFor } from './product.js';

const product = { id: 'p', organizationId: 'o' };

describe('keySpeaksFor', () => {
  it.each([
    ['one of the product', { organizationId: 'o', productId: 'p', ownProof: true }, 'yes'],
    ['one of none', { organizationId: 'o', productId: null, ownProof: false }, 'joins'],
    ['one of none with a secret of its own', { organizationId: 'o', productId: null, ownProof: true }, 'no'],
    ['one of another product', { organizationId: 'o', productId: 'q', ownProof: false }, 'no'],
    ['one of another organization', { organizationId: 'x', productId: 'p', ownProof: false }, 'no'],
  ] as const)('%s: %j is %s', (_, device, answer) => {
    expect(keySpeaksFor(product, device)).toBe(answer);
  });
});

describe('checkProductName', () => {
  it('needs a name without control characters', () => {
    const problems = new Problems();
    expect(checkProductName(problems, ' Thermostat ')).toBe('Thermostat');
    problems.check();
    for (const name of ['', ' ', 'a\u0000', 'x'.repeat(201)]) {
      const bad = new Problems();
      checkProductName(bad, name);
      expect(() => bad.check()).toThrow();
    }
  });
});
