// What may become of the names that strangers give.
import { expect, it } from 'vitest';
import { senderName } from './print-key.js';

it.each([
  ['  Ada  Lovelace ', 'Ada Lovelace'],
  ['a\u0000b\nc\u202ed', 'a b c d'],
  ['', ''],
  ['\ud800', ''],
  ['😀'.repeat(100), '😀'.repeat(80)],
  ['x'.repeat(5_000), 'x'.repeat(80)],
])('%j becomes %j', (given, shown) => {
  expect(senderName(given)).toBe(shown);
});
