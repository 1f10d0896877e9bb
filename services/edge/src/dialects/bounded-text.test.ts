// What becomes of text that is too long or that no database takes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundedText, MAX_TEXT_BYTES, textOf } from './bounded-text.js';

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'abc'],
  ['aé', 2, 'a'],
  ['aé', 3, 'aé'],
  ['😀😀', 7, '😀'],
  ['a\u0000b', 10, 'a\ufffdb'],
  ['a\ud800b', 10, 'a\ufffdb'],
])('%j within %i bytes is %j', (text, maxBytes, expected) => {
  expect(boundedText(text, maxBytes)).toBe(expected);
});

it('never gives more than was asked for, nor what cannot be stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat({ max: 60 }), (text, maxBytes) => {
      const bounded = boundedText(text, maxBytes);
      expect(Buffer.byteLength(bounded)).toBeLessThanOrEqual(maxBytes);
      expect(bounded).not.toContain('\u0000');
      expect(Buffer.from(bounded).toString()).toBe(bounded);
    }),
  );
});

it('gives 1 KiB at most', () => {
  expect(boundedText('x'.repeat(5000), 5000)).toHaveLength(MAX_TEXT_BYTES);
});

it('takes text only, and no empty one', () => {
  expect([textOf('a', 5), textOf('', 5), textOf(7, 5), textOf(null, 5)]).toEqual([
    'a',
    undefined,
    undefined,
    undefined,
  ]);
});
