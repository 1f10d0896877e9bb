// The bounds of identifiers, at and beyond each.
import { describe, expect, it } from 'vitest';
import { type Dialect, identify, isDialect } from './identifier.js';

const kept: [Dialect, string, string][] = [
  ['berg', '000D6F000273CE0B', '000d6f000273ce0b'],
  ['berg', '0x000d6f000273ce0b', '000d6f000273ce0b'],
  ['kinetid', '39628657580236', '39628657580236'],
  ['kinetid', 'a:b_C-9', 'a:b_C-9'],
  ['kinetid', '1'.repeat(64), '1'.repeat(64)],
  ['camera', 'kitchen-cam-001', 'kitchen-cam-001'],
  ['camera', 'Küche 1', 'Küche 1'],
  ['camera', 'c'.repeat(128), 'c'.repeat(128)],
  ['nerveshub', 'n'.repeat(255), 'n'.repeat(255)],
];
const refused: [Dialect, string][] = [
  ['berg', '000d6f000273ce0'],
  ['berg', '000d6f000273ce0b0'],
  ['berg', '000d6f000273ce0g'],
  ['kinetid', ''],
  ['kinetid', '1'.repeat(65)],
  ['kinetid', 'a b'],
  ['camera', ''],
  ['camera', 'c'.repeat(129)],
  ['camera', 'a\nb'],
  ['camera', 'a\u0000'],
  ['camera', '\ud800'],
  ['nerveshub', ''],
  ['nerveshub', 'n'.repeat(256)],
  ['nerveshub', 'a\u007f'],
];

describe('identify', () => {
  it.each(kept)('keeps %s %s as %s', (dialect, value, identifier) => {
    expect(identify(dialect, value)).toEqual({ identifier });
  });
  it.each(refused)('refuses %s %j', (dialect, value) => {
    expect(identify(dialect, value)).toHaveProperty('problem');
  });
  it('knows four dialects and nothing that an object happens to have', () => {
    expect(['berg', 'kinetid', 'camera', 'nerveshub', 'viewer', 'toString', ''].filter(isDialect)).toEqual([
      'berg',
      'kinetid',
      'camera',
      'nerveshub',
    ]);
  });
});
