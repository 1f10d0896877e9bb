// A repeated request has the seed of the first; one without a key never has.
import { expect, it } from 'vitest';
import { secretSeed } from './secret-seed.js';

it('repeats for a repeated request only', () => {
  const keyed = { actor: 'a', key: 'k' };
  expect(secretSeed(keyed, '1')).toEqual(secretSeed(keyed, '1'));
  expect(secretSeed(keyed, '1')).not.toEqual(secretSeed(keyed, '2'));
  const bare = { actor: 'a', key: '' };
  expect(secretSeed(bare, '1')).not.toEqual(secretSeed(bare, '1'));
});
