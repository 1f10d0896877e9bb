// The truth table of Elixir's own `Version.match?`, and SemVer's order.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion, type Version } from './version.js';
import { MAX_REQUIREMENT, parseRequirement, satisfies } from './version-requirement.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: { readonly requirement: string };
  readonly expected: { readonly valid: boolean; readonly matches?: Readonly<Record<string, unknown>> };
}
const file = new URL('../../../../test/vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const table = vectors.filter(({ kind }) => kind === 'version_requirement');

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
};

describe('a requirement', () => {
  it('has a truth table', () => expect(table.length).toBeGreaterThan(20));

  it.each(table)('$name', ({ input, expected }) => {
    const test = parseRequirement(input.requirement);
    expect(test !== undefined).toBe(expected.valid);
    for (const [text, match] of Object.entries(expected.matches ?? {})) {
      const parsed = parseVersion(text);
      if (typeof match === 'string') expect([text, parsed]).toEqual([text, undefined]);
      else expect([text, parsed && test?.(parsed)]).toEqual([text, match]);
    }
  });

  it.each([
    ['>=1.0.0 and<2.0.0', true],
    ['  ~> 1.0  ', true],
    ['> 1.0.0 or == 0.1.0 and < 0.0.1', true],
    ['and', false],
    ['> 1.0.0 and', false],
    ['> > 1.0.0', false],
    ['1.0.0 1.0.1', false],
    ['>= 1.0', false],
    ['~> 1', false],
    ['^1.0.0', false],
    ['> 1.0.0, < 2.0.0', false],
    ['> 1.0.0 && < 2.0.0', false],
    ['not 1.0.0', false],
    [`> 1.0.0${' '.repeat(MAX_REQUIREMENT)}`, false],
  ])('%j is one: %s', (text, valid) => expect(parseRequirement(text) !== undefined).toBe(valid));

  it('takes "and" together before "or"', () => {
    const text = '> 3.0.0 or > 1.0.0 and < 2.0.0';
    expect(['0.9.0', '1.5.0', '2.5.0', '3.5.0'].map((each) => satisfies(each, text))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('that is empty is satisfied by anything, and any other by versions only', () => {
    expect([
      satisfies('no version', ''),
      satisfies('no version', '>= 0.0.0'),
      satisfies('1.0.0', '^1'),
    ]).toEqual([true, false, false]);
  });

  it('is decided for any text without an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, requirement) => {
        expect(typeof satisfies(text, requirement)).toBe('boolean');
      }),
    );
  });
});

describe('order', () => {
  // SemVer 2.0.0, 11, from the lowest to the highest.
  const ascending = [
    '1.0.0-1',
    '1.0.0-2',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.2.0',
    '1.10.0',
    '2.0.0-0',
  ];

  it('is that of SemVer', () => {
    const sorted = [...ascending].reverse().sort((a, b) => compareVersions(version(a), version(b)));
    expect(sorted).toEqual(ascending);
  });

  it('ignores build metadata, which must be well formed all the same', () => {
    expect(compareVersions(version('1.0.0+a'), version('1.0.0+b.c'))).toBe(0);
    expect(
      ['1.0.0+', '1.0.0+a..b', '1.0.0-', '1.0.0-a..b', '1.0.0-01', '1.0.0.0', ''].map(parseVersion),
    ).toEqual(Array.from({ length: 7 }, () => undefined));
  });
});
