import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, wrapped } from './wrap.js';

/** Every character is one dot wide. */
const measure = (text: string): number => [...text].length;
const lines = (text: string, width = 10): readonly string[] => wrapped(text, width, measure);

describe('wrapped', () => {
  it('breaks between words', () => {
    expect(lines('the quick brown fox')).toEqual(['the quick', 'brown fox']);
  });

  it('keeps line ends and empty lines', () => {
    expect(lines('one\n\ntwo')).toEqual(['one', '', 'two']);
  });

  it('cuts words that are wider than the paper, between characters as people see them', () => {
    expect(lines('abcdefghijklm nop')).toEqual(['abcdefghij', 'klm nop']);
    const family = '👨‍👩‍👧';
    expect(wrapped(family.repeat(3), 1, () => 1)).toEqual([family.repeat(3)]);
    const wide = (text: string): number => [...new Intl.Segmenter().segment(text)].length;
    expect(wrapped(family.repeat(3), 2, wide)).toEqual([family.repeat(2), family]);
  });

  it('keeps the spaces inside a line', () => {
    expect(lines('a   b')).toEqual(['a   b']);
    expect(lines('  indented')).toEqual(['  indented']);
  });

  it('takes no longer for a wide stretch of nothing', () => {
    expect(lines(`${' '.repeat(400_000)}\nx`)).toEqual(['', 'x']);
  });

  it('loses nothing but spaces, and never makes a line too wide', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '\n'), maxLength: 80 }), (text) => {
        const made = wrapped(text, 7, measure);
        expect(made.join('').replaceAll(' ', '')).toBe(text.replace(/[ \n]/g, ''));
        for (const line of made) expect(measure(line.trimEnd())).toBeLessThanOrEqual(7);
      }),
    );
  });
});

describe('visible', () => {
  it('makes line ends one and takes out what cannot be seen', () => {
    expect(visible('a\r\nb\rc\td\u0007\u0085  \n')).toBe('a\nb\nc    d');
  });
});
