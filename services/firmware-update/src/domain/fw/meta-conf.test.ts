// meta.conf in all the ways in which it may be written, and in some in which it may not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetaConf, type Section } from './meta-conf.js';
import { isRefusal } from './refusal.js';

function parsed(text: string): Section {
  const section = parseMetaConf(text);
  if (isRefusal(section)) throw new Error(section.sentence);
  return section;
}
const optionOf = (text: string): readonly string[] | undefined => parsed(text).options.get('a');

describe('a value', () => {
  it.each<[string, string[]]>([
    ['a=1.0.0-rc.1+build.5', ['1.0.0-rc.1+build.5']],
    ['a = word', ['word']],
    ['a="two words"', ['two words']],
    ['a=""', ['']],
    [String.raw`a="say \"hi\" \\ there"`, [String.raw`say "hi" \ there`]],
    [String.raw`a="\x41\102\t\n\q"`, ['AB\t\nq']],
    ['a="over\\\nlines"', ['overlines']],
    [String.raw`a='it\'s \n raw'`, [String.raw`it's \n raw`]],
    ['a="# no comment // here"', ['# no comment // here']],
    ['a={}', []],
    ['a={1}', ['1']],
    ['a = {2, raw_write, 0,}', ['2', 'raw_write', '0']],
    ['a=1\na=2', ['2']],
    ['a={1}\na+={2,3}', ['1', '2', '3']],
    ['# c\n// c\n/* c\nc */ a /* c */ = /* c */ 1 # c', ['1']],
    ['a=http://x/y#z', ['http://x/y#z']],
    ['a="Umläute ✓"', ['Umläute ✓']],
    ['a=Umläute', ['Umläute']],
  ])('%s is read', (text, expected) => {
    expect(optionOf(text)).toEqual(expected);
  });

  it.each([
    'a=',
    'a',
    'a=1}',
    'a="open',
    "a='open",
    'a={1',
    'a={1 2}',
    'a={=}',
    '=1',
    'a b c',
    'a(1)',
    'a=\\',
    String.raw`a="\0"`,
    'a=1 /* open',
    'a\u0001=1',
  ])('%j is refused', (text) => {
    expect(parseMetaConf(text)).toMatchObject({ refused: 'meta_conf_syntax' });
  });
});

describe('sections', () => {
  it('have names, titles and sections in them', () => {
    const text =
      'x=0\ntask "a b" {\non-resource "r" {\nfunlist={2,w,0}\n}\n}\nmbr mbr-a {}\nplain { y = 1 }\n';
    const { options, sections } = parsed(text);
    expect(options.get('x')).toEqual(['0']);
    expect(sections.map(({ name, title }) => [name, title])).toEqual([
      ['task', 'a b'],
      ['mbr', 'mbr-a'],
      ['plain', ''],
    ]);
    expect(sections[0]?.sections[0]).toMatchObject({ name: 'on-resource', title: 'r' });
    expect(sections[0]?.sections[0]?.options.get('funlist')).toEqual(['2', 'w', '0']);
  });

  it('do not nest without end', () => {
    expect(parseMetaConf(`${'a{'.repeat(5_000)}${'}'.repeat(5_000)}`)).toMatchObject({
      refused: 'meta_conf_syntax',
    });
  });

  it('that are broken are told by their line', () => {
    expect(parseMetaConf('a=1\nb {\nc=}\n')).toMatchObject({
      sentence: 'line 3 of meta.conf cannot be read',
    });
  });
});

it('reads back what is quoted as fwup quotes it', () => {
  const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'));
  fc.assert(
    fc.property(text, (value) => {
      const quoted = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
      expect(optionOf(`a="${quoted}"`)).toEqual([value]);
    }),
    { numRuns: 50 },
  );
});

it('answers any text', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('"', "'", '{', '}', '=', '+=', ',', '\\', '/*', '*/', '#', '\n'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      parseMetaConf(pieces.join(''));
    }),
    { numRuns: 500 },
  );
});

it.each(['/* ', '"', "'", '\\', '{', 'a=1\n', '(', '/*"'])('answers 50 000 bytes of %j in time', (piece) => {
  const startMs = performance.now();
  parseMetaConf(piece.repeat(50_000 / piece.length));
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
